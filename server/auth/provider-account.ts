import { and, eq } from "drizzle-orm";
import { accounts, users } from "#db/schema/identity.ts";
import type { Context, Runtime } from "../context.ts";
import { AppError } from "../errors.ts";
import { newId } from "../ids.ts";
import { lockOpenInvitation } from "../members/invitations.ts";
import { foundOrganization } from "../organizations/service.ts";
import { asSystem } from "./actor.ts";
import { normalizeEmail } from "./email.ts";
import {
  asNewcomer,
  firstOrganization,
  lockSignUp,
  refuseKnownAddress,
  requireOpenDoor,
  type SignUp,
} from "./register.ts";

/** Somebody as a sign-in provider (GitHub, OpenID Connect) knows them. */
export interface Identity {
  provider: string;
  accountId: string;
  name: string;
  email: string | null;
  /** False when the provider says that nobody checked the address. */
  isEmailVerified: boolean;
}

/** The person of an identity that signed in before. */
export async function findByIdentity(
  runtime: Runtime,
  { provider, accountId }: Pick<Identity, "provider" | "accountId">,
): Promise<string | undefined> {
  const [account] = await asSystem(runtime, ({ tx }) =>
    tx
      .select({ userId: accounts.userId })
      .from(accounts)
      .where(and(eq(accounts.provider, provider), eq(accounts.providerAccountId, accountId))),
  );
  return account?.userId;
}

/**
 * Lets an identity in: known ones at once, new ones by the rules of signing up. It never joins an account that is there
 * by its address alone: whoever controls the provider could take it over.
 * @throws AppError forbidden, conflict, invalid.
 */
export async function admitIdentity(
  runtime: Runtime,
  identity: Identity,
  { signUp, invitation }: { signUp: SignUp; invitation?: string | undefined },
): Promise<string> {
  const known = await findByIdentity(runtime, identity);
  if (known) return known;
  const email = identity.email ? normalizeEmail(identity.email) : undefined;
  if (!email || !identity.isEmailVerified) {
    throw new AppError("invalid", "The provider gave no verified e-mail address. Verify one there and try again.");
  }
  const person = { id: newId(), name: identity.name.trim().slice(0, 100) || email, email };
  return asNewcomer(runtime, person, "sign-up", async (context) => {
    await lockSignUp(context);
    const isInvited = invitation !== undefined && (await lockOpenInvitation(context, invitation)) !== undefined;
    if (!isInvited) await requireOpenDoor(context, signUp);
    await refuseKnownAddress(context, email);
    await addAccount(context, person, identity);
    // An invited person accepts on the page of the invitation, to which they return.
    if (!isInvited) await foundOrganization(context, firstOrganization(person));
    return person.id;
  });
}

async function addAccount(
  { tx, now }: Context,
  person: { id: string; name: string; email: string },
  identity: Identity,
) {
  const { provider, accountId } = identity;
  await tx.insert(users).values({ ...person, createdAt: now });
  await tx.insert(accounts).values({ provider, providerAccountId: accountId, userId: person.id, createdAt: now });
}
