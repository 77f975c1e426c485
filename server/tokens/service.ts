import { sql } from "drizzle-orm";
import { users } from "#db/schema/identity.ts";
import { eq } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import { actorForKey, asSystem } from "../auth/actor.ts";
import { admitAttempt } from "../auth/attempts.ts";
import { normalizeEmail } from "../auth/email.ts";
import { findByPassword } from "../auth/sign-in.ts";
import type { Actor, Context, Runtime } from "../context.ts";
import { AppError } from "../errors.ts";
import { type Client, startFamily } from "./families.ts";
import type { Profile, SignedIn } from "./schema.ts";

/**
 * Signs a person in with their password, for a client that sends tokens.
 * @throws AppError rate_limited; unauthenticated, the same for an unknown address and a wrong password, and for somebody
 * who belongs nowhere; not_found for an organization that is missing or not theirs.
 */
export async function signInWithPassword(
  runtime: Runtime,
  { email, password, org }: { email: string; password: string; org?: string | undefined },
  client: Client,
): Promise<SignedIn> {
  await admitAttempt(runtime, { ip: client.ip, account: normalizeEmail(email) ?? email });
  const user = await findByPassword(runtime, { email, password, ip: client.ip });
  if (!user) throw new AppError("unauthenticated", "The e-mail address or the password is not right.");
  const member = await asSystem(runtime, (context) => findMembership(context, user.id, org));
  if (!member && org) throw new AppError("not_found", `There is no organization ${org} here that you belong to.`);
  if (!member)
    throw new AppError("unauthenticated", "You belong to no organization here. Ask an owner or admin to let you in.");
  const pair = await startFamily(runtime, { userId: user.id, orgId: org ? member.orgId : undefined }, client);
  return { ...pair, user, org: member.slug };
}

/**
 * Exchanges an API key for tokens that act as it does and end with it.
 * @throws AppError rate_limited, unauthenticated.
 */
export async function exchangeKey(runtime: Runtime, apiKey: string, client: Client): Promise<SignedIn> {
  await admitAttempt(runtime, { ip: client.ip });
  return exchangeKeyOf(runtime, await actorForKey(runtime, apiKey, client.ip), client);
}

/** The same for somebody who came with their key. @throws AppError invalid for whoever came without one. */
export async function exchangeKeyOf(runtime: Runtime, actor: Actor, client: Client): Promise<SignedIn> {
  const { keyId, familyId, orgId } = actor;
  if (!keyId || familyId) {
    throw new AppError(
      "invalid",
      "Send an API key as `apiKey`, or `email` and `password`. You did not come with a key.",
    );
  }
  const pair = await startFamily(runtime, { key: { orgId, id: keyId } }, client);
  const [org, user] = await asSystem(runtime, (context) =>
    Promise.all([slugOf(context, orgId), personOf(context, actor)]),
  );
  return { ...pair, user, org };
}

/** Who is asking, and where they belong. */
export async function readProfile(context: Context): Promise<Profile> {
  const { tx, actor } = context;
  const { kind, id, name, role, keyId, signInId, familyId } = actor;
  const person = await personOf(context, actor);
  const organizations = await tx.execute<
    Profile["organizations"][number]
  >(sql`select o.org_id as id, o.slug, o.name, m.role
    from memberships m join organizations o on o.org_id = m.org_id
    where m.user_id = ${person?.id ?? null}::uuid and m.status = 'active' and (${keyId ?? null}::uuid is null or m.org_id = ${actor.orgId || null}::uuid)
    order by m.created_at, m.org_id`);
  const [until] = await tx.execute<{ at: string }>(
    sql`select ${isoTime(sql`expires_at`)} as at from sign_ins where id = ${signInId ?? familyId ?? null}::uuid`,
  );
  return {
    ...{ kind, id, name: person?.name ?? name, email: person?.email ?? null, role, orgId: actor.orgId || null },
    ...{ organizations: [...organizations], keyId: keyId ?? null, signedInUntil: until?.at ?? null },
  };
}

/** Changes what a person is called, everywhere. @throws AppError forbidden for keys: a name is the person's own. */
export async function updateProfile({ tx, actor }: Context, { name }: { name: string }): Promise<{ name: string }> {
  if (actor.kind !== "user" || actor.keyId)
    throw new AppError("forbidden", "Only a person who is signed in changes their name, not an API key.");
  await tx.update(users).set({ name }).where(eq(users.id, actor.id));
  return { name };
}

async function findMembership({ tx }: Context, userId: string, org: string | undefined) {
  const [row] = await tx.execute<{ orgId: string; slug: string }>(sql`select o.org_id as "orgId", o.slug
    from memberships m join organizations o on o.org_id = m.org_id
    where m.user_id = ${userId} and m.status = 'active'
      ${org ? sql`and (o.slug = ${org} or o.org_id::text = ${org})` : sql``} order by m.created_at, m.org_id limit 1`);
  return row;
}

async function slugOf({ tx }: Context, orgId: string): Promise<string | null> {
  const [row] = await tx.execute<{ slug: string }>(sql`select slug from organizations where org_id = ${orgId}`);
  return row?.slug ?? null;
}

async function personOf({ tx }: Context, { kind, id }: Actor) {
  if (kind !== "user") return null;
  const [row] = await tx
    .select({ id: users.id, name: users.name, email: users.email })
    .from(users)
    .where(eq(users.id, id));
  return row ?? null;
}
