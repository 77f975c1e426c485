import { createHmac } from "node:crypto";
import { and, eq, isNull, sql } from "drizzle-orm";
import { accounts, users } from "#db/schema/identity.ts";
import { profileSignIns } from "#db/schema/ways-in.ts";
import { asSystem } from "../auth/actor.ts";
import { admitAttempt } from "../auth/attempts.ts";
import { isWellFormed, keyOfBytes, makeKey } from "../auth/key.ts";
import { hashSecret } from "../auth/secret.ts";
import { signingOf } from "../auth/signing.ts";
import type { Config } from "../config.ts";
import type { Context, Runtime, Settings } from "../context.ts";
import { AppError } from "../errors.ts";
import { newId } from "../ids.ts";
import { type Client, startLasting } from "../tokens/families.ts";
import { fetchProfile } from "./fetch-profile.ts";
import { admitByInvitation, findMembership, type Person } from "./membership.ts";
import { addressOfProfile, placesOf } from "./places.ts";
import type { InitInput, SignatureToPlace, Verified } from "./schema.ts";

const livesMilliseconds = 600_000;

type ProfileRuntime = Runtime & { config: Pick<Config, "profileUrls" | "profileTrustedHosts"> };
type Request = Pick<typeof profileSignIns.$inferSelect, "provider" | "profileName" | "invitationHash" | "organization">;

/**
 * Makes a signature to place in a public profile within ten minutes. Whether the profile, the invitation and the
 * organization exist is not looked at: a stranger learns nothing of them.
 * @throws AppError invalid for a provider that is not set up; rate_limited.
 */
export async function initProfileSignIn(
  runtime: ProfileRuntime,
  { user, provider, invitation, org }: InitInput,
  client: Client,
): Promise<SignatureToPlace> {
  const places = placesOf(runtime.config).filter((place) => place.provider === provider);
  if (places.length === 0) throw unknownProvider(runtime.config);
  await admitAttempt(runtime, { ip: client.ip });
  const ticket = makeKey("pt_");
  const request: Request = {
    ...{ provider, profileName: user, organization: org ?? null },
    invitationHash: invitation === undefined ? null : hashSecret(invitation.split("/").at(-1) ?? ""),
  };
  const expiresAt = await asSystem(runtime, async ({ tx, now }) => {
    const until = new Date(now.getTime() + livesMilliseconds);
    await tx.insert(profileSignIns).values({ ...request, hash: hashSecret(ticket), createdAt: now, expiresAt: until });
    return until;
  });
  return {
    ...{ signature: signatureOf(runtime.settings, ticket, request), ticket, expiresAt: expiresAt.toISOString() },
    places: places.map((place) => addressOfProfile(place, user)),
  };
}

/**
 * Lets in whoever placed the signature: reads the profile, outside of any transaction, and then, once, makes a token of
 * seven days. The profile is tied to a person the first time; from then on their membership is enough.
 * @throws AppError unauthenticated, the same for everything that can be wrong; rate_limited; unavailable.
 */
export async function verifyProfileSignIn(runtime: ProfileRuntime, ticket: string, client: Client): Promise<Verified> {
  const known = isWellFormed(ticket, "pt_") ? await findRequest(runtime, ticket) : undefined;
  const account = known && `${known.provider}:${known.profileName}`;
  await admitAttempt(runtime, { ip: client.ip, account });
  if (!known) throw notLetIn();
  const accountId = await readAccountId(runtime, known, signatureOf(runtime.settings, ticket, known));
  if (!accountId) throw notLetIn();
  return asSystem(runtime, async (context) => {
    // Of two that come at once with one ticket one goes on; when it is refused in the end, the ticket is unused again.
    const [used] = await context.tx
      .update(profileSignIns)
      .set({ usedAt: context.now })
      .where(isUsable(ticket))
      .returning({ hash: profileSignIns.hash });
    if (!used) throw notLetIn();
    const person = await findOrMakePerson(context, known, accountId);
    const member = await letIn(context, known, person);
    if (!member) throw notLetIn();
    const { id, name } = person;
    const token = await startLasting(context, { userId: id, orgId: member.orgId, username: known.profileName }, client);
    return { ...token, user: { id, name }, org: member.slug };
  });
}

async function findRequest(runtime: Runtime, ticket: string): Promise<Request | undefined> {
  const [found] = await asSystem(runtime, ({ tx }) => tx.select().from(profileSignIns).where(isUsable(ticket)));
  return found;
}

const isUsable = (ticket: string) =>
  and(
    eq(profileSignIns.hash, hashSecret(ticket)),
    isNull(profileSignIns.usedAt),
    sql`${profileSignIns.expiresAt} > clock_timestamp()`,
  );

/**
 * What stands in the profile for all to read. It is computed from the ticket, the profile and the way in, so that it is
 * worth nothing to whoever reads it there: who comes in shows the ticket.
 */
function signatureOf(settings: Pick<Settings, "dataDir">, ticket: string, request: Request): string {
  const { provider, profileName, invitationHash, organization } = request;
  const words = JSON.stringify([ticket, provider, profileName, invitationHash, organization]);
  const secret = signingOf(settings).derive("profile signature");
  return keyOfBytes(createHmac("sha256", secret).update(words).digest(), "ps_");
}

/**
 * Whose profile shows the signature: its name, and the number that the host has for it where it tells one, so that a
 * name which changes hands does not open what was another's.
 */
async function readAccountId(
  { config }: ProfileRuntime,
  { provider, profileName }: Request,
  signature: string,
): Promise<string | undefined> {
  const [first, ...more] = placesOf(config).filter((place) => place.provider === provider);
  const profile = first && (await fetchProfile(addressOfProfile(first, profileName), config));
  if (profile === undefined) return undefined;
  let isThere = profile.includes(signature);
  for (const place of more)
    isThere ||= (await fetchProfile(addressOfProfile(place, profileName), config))?.includes(signature) ?? false;
  if (!isThere) return undefined;
  const number = numberIn(profile);
  return number === undefined ? profileName : `${profileName}#${number}`;
}

function numberIn(profile: string): string | undefined {
  try {
    const told: unknown = JSON.parse(profile);
    const id = typeof told === "object" && told !== null && "id" in told ? told.id : undefined;
    return typeof id === "number" || typeof id === "string" ? String(id).slice(0, 100) : undefined;
  } catch {
    return undefined; // A page rather than data: the name is all there is.
  }
}

async function findOrMakePerson(context: Context, request: Request, accountId: string): Promise<Person> {
  const { tx, now } = context;
  const provider = `profile:${request.provider}`;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${provider}|${accountId}`}, 0))`);
  const [known] = await tx
    .select({ id: users.id, name: users.name, email: users.email })
    .from(accounts)
    .innerJoin(users, eq(users.id, accounts.userId))
    .where(and(eq(accounts.provider, provider), eq(accounts.providerAccountId, accountId)));
  if (known) return known;
  // Only an invitation lets a new profile in; without one all of this is rolled back.
  const id = newId();
  const person = { id, name: request.profileName, email: `${id}@${request.provider}.profile.invalid` };
  await tx.insert(users).values({ ...person, createdAt: now });
  await tx.insert(accounts).values({ provider, providerAccountId: accountId, userId: id, createdAt: now });
  return person;
}

async function letIn(context: Context, { invitationHash, organization }: Request, person: Person) {
  const member = await findMembership(context, person.id, { invitationHash, organization });
  if (member || !invitationHash) return member;
  return admitByInvitation(context, invitationHash, person);
}

function unknownProvider(config: Pick<Config, "profileUrls">): AppError {
  const names = [...new Set(placesOf(config).map(({ provider }) => provider))];
  const possible = names.length > 0 ? `Possible: ${names.join(", ")}.` : "None is set up here; sign in another way.";
  return new AppError("invalid", `There is no such provider of profiles. ${possible}`);
}

const notLetIn = (): AppError =>
  new AppError(
    "unauthenticated",
    "This did not let you in. The signature has to stand in your public profile within ten minutes and works once; the invitation has to be open and for no particular e-mail address, or you have to be in the organization already. Begin again for a new signature.",
  );
