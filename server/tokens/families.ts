import { createHash, createHmac } from "node:crypto";
import { sql } from "drizzle-orm";
import { refreshTokens, signIns } from "#db/schema/identity.ts";
import { isWellFormed, keyOfBytes, makeKey } from "../auth/key.ts";
import { asSystem } from "../auth/actor.ts";
import { hashSecret } from "../auth/secret.ts";
import { signInDays } from "../auth/sign-in.ts";
import type { Context, Runtime, Settings } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { accessMinutes, lastingDays, signAccessToken } from "./access-token.ts";
import type { LastingToken, TokenPair } from "./schema.ts";
import { signingOf } from "../auth/signing.ts";

/** Which client asks: its address and what it calls itself. */
export interface Client {
  ip: string;
  userAgent: string;
}

/** Whose tokens they are: a person's, perhaps for one organization only, or those of an API key. */
export type Holder = { userId: string; orgId?: string | undefined } | { key: { orgId: string; id: string } };

/** Two tabs, or a request repeated because its answer was lost, come within this; a thief hardly ever does. */
const graceSeconds = 10;
const lifeMilliseconds = signInDays * 86_400_000;

/** Begins a family of tokens. @returns its first pair. */
export async function startFamily(runtime: Runtime, holder: Holder, client: Client): Promise<TokenPair> {
  const id = newId();
  const refreshToken = makeKey("rt_");
  const now = await asSystem(runtime, async (context) => {
    const { tx, now: at } = context;
    const expiresAt = new Date(at.getTime() + lifeMilliseconds);
    await insertFamily(context, { id, expiresAt }, holder, client);
    await tx.insert(refreshTokens).values({ hash: hashSecret(refreshToken), signInId: id, createdAt: at, expiresAt });
    return at;
  });
  return pairOf(runtime.settings, { ...rowOf(holder), id }, refreshToken, now);
}

/**
 * Begins a sign-in of seven days that has one access token and no refresh token: when it is over, the person comes in anew.
 * Runs as the system, in the transaction that lets them in.
 */
export async function startLasting(
  context: Context,
  { userId, orgId, username }: { userId: string; orgId: string; username?: string },
  client: Client,
): Promise<LastingToken> {
  const id = newId();
  const lifeSeconds = lastingDays * 86_400;
  const expiresAt = new Date(context.now.getTime() + lifeSeconds * 1000);
  await insertFamily(context, { id, expiresAt }, { userId, orgId }, client);
  const claims = { sub: userId, sid: id, org: orgId, ...(username && { username }) };
  const accessToken = await signAccessToken(context.settings, claims, context.now, lifeSeconds);
  return { accessToken, tokenType: "Bearer", expiresIn: lifeSeconds };
}

function insertFamily(
  { tx, now }: Context,
  { id, expiresAt }: { id: string; expiresAt: Date },
  holder: Holder,
  client: Client,
) {
  return tx.insert(signIns).values({
    ...{ id, kind: "token", createdAt: now, lastSeenAt: now, expiresAt, ip: client.ip },
    ...{ userAgent: client.userAgent.slice(0, 300) },
    ...("key" in holder
      ? { forOrgId: holder.key.orgId, keyId: holder.key.id }
      : { userId: holder.userId, forOrgId: holder.orgId ?? null }),
  });
}

/**
 * Exchanges a refresh token for a new pair and ends it. The same client that asks again within ten seconds gets the same
 * successor, as long as nobody has used that one: two tabs that refresh at once stay signed in. Anything else that comes a
 * second time was stolen from one of the two who have it, so the whole family ends, on record.
 * @throws AppError unauthenticated when it is mistyped, unknown, expired, ended or used.
 */
export async function refresh(runtime: Runtime, refreshToken: string, client: Client): Promise<TokenPair> {
  if (!isWellFormed(refreshToken, "rt_")) throw notValid();
  const successor = successorOf(runtime.settings, refreshToken);
  const by = createHash("sha256").update(`${client.ip}|${client.userAgent}`).digest("hex");
  const { family, now } = await asSystem(runtime, async (context) => ({
    family: await exchange(context, { hash: hashSecret(refreshToken), successor: hashSecret(successor), by }),
    now: context.now,
  }));
  // The end of a stolen family is committed before it is refused.
  if (family === "reused") {
    throw new AppError(
      "unauthenticated",
      "This refresh token was used before, so all tokens of this sign-in have ended: somebody else may have had it. Sign in again.",
    );
  }
  if (!family) throw notValid();
  return pairOf(runtime.settings, family, successor, now);
}

/** Ends the family a refresh token belongs to. One that is unknown or ended changes nothing (RFC 7009, section 2.2). */
export async function revokeFamily(
  runtime: Runtime,
  which: { refreshToken: string } | { familyId: string },
): Promise<void> {
  const family =
    "familyId" in which
      ? sql`${which.familyId}::uuid`
      : sql`(select sign_in_id from refresh_tokens where hash = ${hashSecret(which.refreshToken)})`;
  await asSystem(runtime, async ({ tx, now, hints }) => {
    await tx.execute(sql`update sign_ins set revoked_at = ${now.toISOString()}::timestamptz
      where id = ${family} and kind = 'token' and revoked_at is null`);
    hints.push({ topic: "access_changed", orgId: "" });
  });
}

type Family = { id: string; userId: string | null; forOrgId: string | null; keyId: string | null };

async function exchange(
  context: Context,
  { hash, successor, by }: { hash: string; successor: string; by: string },
): Promise<Family | "reused" | undefined> {
  const { tx, now } = context;
  const at = now.toISOString();
  // The family is locked first: of two requests with one token the second waits and then sees that it was used.
  const [family] =
    await tx.execute<Family>(sql`select s.id, s.user_id as "userId", s.for_org_id as "forOrgId", s.key_id as "keyId"
    from sign_ins s where s.id = (select sign_in_id from refresh_tokens where hash = ${hash})
      and s.kind = 'token' and s.revoked_at is null and s.expires_at > clock_timestamp() for update of s`);
  if (!family) return undefined;
  const [token] = await tx.execute<{ isExpired: boolean; isUsed: boolean; isRepeat: boolean }>(sql`
    select r.expires_at <= clock_timestamp() as "isExpired", r.used_at is not null as "isUsed",
      coalesce(r.used_at > clock_timestamp() - make_interval(secs => ${graceSeconds}) and r.used_by = ${by}
        and n.used_at is null and n.hash is not null, false) as "isRepeat"
    from refresh_tokens r left join refresh_tokens n on n.hash = ${successor} where r.hash = ${hash}`);
  if (!token || (token.isExpired && !token.isUsed)) return undefined;
  if (token.isRepeat) return family;
  if (token.isUsed) {
    await endStolen(context, family);
    return "reused";
  }
  const expiresAt = new Date(now.getTime() + lifeMilliseconds);
  await tx.execute(sql`update refresh_tokens set used_at = clock_timestamp(), used_by = ${by} where hash = ${hash}`);
  await tx.insert(refreshTokens).values({ hash: successor, signInId: family.id, createdAt: now, expiresAt });
  await tx.execute(sql`update sign_ins set last_seen_at = ${at}::timestamptz, expires_at = ${expiresAt.toISOString()}::timestamptz
    where id = ${family.id}`);
  return family;
}

/** Said in every organization that the tokens opened. */
async function endStolen(context: Context, { id, userId, forOrgId, keyId }: Family): Promise<void> {
  const { tx, now, hints } = context;
  await tx.execute(sql`update sign_ins set revoked_at = ${now.toISOString()}::timestamptz where id = ${id}`);
  hints.push({ topic: "access_changed", orgId: "" });
  if (keyId && forOrgId) {
    return record(context, "api_key.token_reused", [{ orgId: forOrgId, subject: keyId, data: { family: id } }]);
  }
  const opened = await tx.execute<{ orgId: string }>(sql`select org_id as "orgId" from memberships
    where user_id = ${userId} and status = 'active' order by org_id`);
  const events = opened.map(({ orgId }) => ({ orgId, subject: userId ?? "", data: { family: id } }));
  return record(context, "member.token_reused", events);
}

/**
 * The token that follows a token. It is computed, so that a repeated request can be answered again although only hashes
 * are stored: who has the database alone, or a used token alone, cannot compute it.
 */
function successorOf(settings: Pick<Settings, "dataDir">, token: string): string {
  const secret = signingOf(settings).derive("refresh token");
  return keyOfBytes(createHmac("sha256", secret).update(token).digest(), "rt_");
}

const rowOf = (holder: Holder): Omit<Family, "id"> =>
  "key" in holder
    ? { userId: null, forOrgId: holder.key.orgId, keyId: holder.key.id }
    : { userId: holder.userId, forOrgId: holder.orgId ?? null, keyId: null };

async function pairOf(settings: Settings, family: Family, refreshToken: string, now: Date): Promise<TokenPair> {
  const { id: sid, userId, forOrgId, keyId } = family;
  const claims = { sub: userId ?? keyId ?? sid, sid, ...(forOrgId && { org: forOrgId }) };
  return {
    accessToken: await signAccessToken(settings, claims, now),
    tokenType: "Bearer",
    expiresIn: accessMinutes * 60,
    refreshToken,
    refreshExpiresIn: lifeMilliseconds / 1000,
  };
}

const notValid = (): AppError =>
  new AppError("unauthenticated", "This refresh token is not valid any more. Sign in again for a new one.");
