import { count, eq, ne, sql } from "drizzle-orm";
import { users } from "#db/schema/identity.ts";
import type { Config } from "../config.ts";
import type { Context, Runtime } from "../context.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { acceptInvitation } from "../members/invitations.ts";
import { foundOrganization } from "../organizations/service.ts";
import { instanceActor } from "./actor.ts";
import { normalizeEmail } from "./email.ts";
import { localEmail } from "./local-user.ts";
import { hashPassword } from "./password.ts";
import type { RegisterInput } from "./schema.ts";

export type SignUp = Config["signUp"];

/**
 * Signs a person up with a password. The first person ever owns the first organization; later ones need an invitation,
 * unless sign-up is open.
 * @returns the organization to begin in.
 * @throws AppError forbidden without an invitation where one is needed; conflict for a known address.
 */
export async function register(
  runtime: Runtime,
  input: RegisterInput,
  signUp: SignUp,
  requestId = "sign-up",
): Promise<{ userId: string; orgId: string; slug: string }> {
  const email = normalizeEmail(input.email);
  if (!email) throw new AppError("invalid", "This is not an e-mail address. Check the characters around the @.");
  const passwordHash = await hashPassword(input.password);
  const person = { id: newId(), name: input.name, email };
  return asNewcomer(runtime, person, requestId, async (context) => {
    await lockSignUp(context);
    // Who may not come in learns nothing about who is in.
    if (!input.invitation) await requireOpenDoor(context, signUp);
    await refuseKnownAddress(context, email);
    await context.tx.insert(users).values({ ...person, passwordHash, createdAt: context.now });
    const { orgId, slug } = input.invitation
      ? await acceptInvitation(context, input.invitation, person)
      : await foundOrganization(context, firstOrganization(person, input.organization));
    return { userId: person.id, orgId, slug };
  });
}

/** Whether anybody has signed up yet: what the sign-up page says depends on it. */
export async function isUnclaimed({ tx }: Pick<Context, "tx">): Promise<boolean> {
  const [row] = await tx.select({ people: count() }).from(users).where(ne(users.email, localEmail));
  return row?.people === 0;
}

/** Makes a person come first or after another, never beside: exactly one of twenty owns the first organization. */
export async function lockSignUp({ tx }: Context): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('first user', 0))`);
}

/** @throws AppError forbidden unless this is the first person or sign-up is open. */
export async function requireOpenDoor(context: Context, signUp: SignUp): Promise<void> {
  if (signUp === "open" || (await isUnclaimed(context))) return;
  throw new AppError("forbidden", "Signing up needs an invitation here. Ask an owner or admin for a link.");
}

/** What somebody who comes without an invitation gets. */
export function firstOrganization({ id, name }: { id: string; name: string }, organization?: string) {
  return { name: organization || `${name}'s organization`, ownerId: id, teamName: "General" };
}

/** @throws AppError conflict */
export async function refuseKnownAddress({ tx }: Context, email: string): Promise<void> {
  const known = await tx.select({ id: users.id }).from(users).where(eq(users.email, email));
  if (known.length > 0)
    throw new AppError("conflict", "There is an account with this e-mail address. Sign in instead.");
}

/** A transaction over all organizations in the name of somebody who is just being made. */
export function asNewcomer<Result>(
  runtime: Runtime,
  person: { id: string; name: string },
  requestId: string,
  work: (context: Context) => Promise<Result>,
): Promise<Result> {
  return inTransaction(runtime, instanceActor(person), { requestId, system: true }, work);
}
