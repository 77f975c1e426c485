import { and, eq, sql } from "drizzle-orm";
import { signIns } from "#db/schema/identity.ts";
import { memberships, organizations } from "#db/schema/organizations.ts";
import { deviceSignIns } from "#db/schema/ways-in.ts";
import { asSystem } from "../auth/actor.ts";
import { admitAttempt, admitCode } from "../auth/attempts.ts";
import { isWellFormed, makeKey } from "../auth/key.ts";
import { hashSecret } from "../auth/secret.ts";
import type { Context, Runtime } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { type Client, startLasting } from "../tokens/families.ts";
import type { Device, Granted, PollError, Started } from "./schema.ts";
import { hashUserCode, makeUserCode, normalUserCode, shownUserCode } from "./user-code.ts";

const livesSeconds = 600;
const firstIntervalSeconds = 5;
/** What a client that asks too often has to wait longer each time (RFC 8628, section 3.5). */
const slowerBySeconds = 5;

type Row = typeof deviceSignIns.$inferSelect;

/** Begins: a code for the client, and a short one for a person. @throws AppError rate_limited. */
export async function startDeviceSignIn(runtime: Runtime, clientName: string, client: Client): Promise<Started> {
  const { settings } = runtime;
  await admitAttempt(runtime, { ip: client.ip });
  const [deviceCode, userCode] = [makeKey("dc_"), makeUserCode()];
  await asSystem(runtime, ({ tx, now }) =>
    tx.insert(deviceSignIns).values({
      ...{ hash: hashSecret(deviceCode), userCodeHash: hashUserCode(settings, userCode) },
      ...{ clientName: readable(clientName) || readable(client.userAgent) || "A client", ip: client.ip },
      ...{ createdAt: now, expiresAt: new Date(now.getTime() + livesSeconds * 1000) },
      intervalSeconds: firstIntervalSeconds,
    }),
  );
  const shown = shownUserCode(userCode);
  return {
    ...{ device_code: deviceCode, user_code: shown, verification_uri: `${settings.publicUrl}/device` },
    verification_uri_complete: `${settings.publicUrl}/device?code=${shown}`,
    ...{ expires_in: livesSeconds, interval: firstIntervalSeconds },
  };
}

/**
 * What the client asks again and again: the token, once it was approved, and once only. Unknown, used and too old are
 * one answer.
 */
export async function pollDeviceSignIn(
  runtime: Runtime,
  deviceCode: string,
  client: Client,
): Promise<Granted | PollError> {
  if (!isWellFormed(deviceCode, "dc_")) {
    await admitAttempt(runtime, { ip: client.ip });
    return "expired_token";
  }
  const answer = await asSystem(runtime, async (context) => {
    const { tx } = context;
    const hash = hashSecret(deviceCode);
    const [row] = await tx.select().from(deviceSignIns).where(eq(deviceSignIns.hash, hash)).for("update");
    const now = await timeOf(context);
    if (!row || row.usedAt || row.expiresAt <= now) return "expired_token";
    const isTooEager =
      row.polledAt !== null && now.getTime() < row.polledAt.getTime() + row.intervalSeconds * 1000 - 500;
    const intervalSeconds = row.intervalSeconds + (isTooEager ? slowerBySeconds : 0);
    await tx.update(deviceSignIns).set({ polledAt: now, intervalSeconds }).where(eq(deviceSignIns.hash, hash));
    if (isTooEager) return "slow_down";
    if (!row.decidedAt) return "authorization_pending";
    if (!row.userId || !row.forOrgId) return "access_denied";
    return grant(context, row, { userId: row.userId, orgId: row.forOrgId }, client);
  });
  // A client asks no more after this answer; whoever does is counted like everybody who tries.
  if (answer === "expired_token") await admitAttempt(runtime, { ip: client.ip });
  return answer;
}

/** What asks with this code, for somebody who is signed in. @throws AppError not_found for made-up codes. */
export async function readDevice(context: Context, typed: string): Promise<Device> {
  requirePerson(context);
  const row = await findByUserCode(context, typed);
  const isOver = row.expiresAt <= (await timeOf(context));
  const decided = row.userId ? "approved" : "denied";
  return {
    ...{ clientName: row.clientName, ip: row.ip, askedAt: row.createdAt.toISOString() },
    ...{ expiresAt: row.expiresAt.toISOString(), state: row.decidedAt ? decided : isOver ? "expired" : "waiting" },
  };
}

/**
 * Lets the client in as oneself, in one of one's organizations, on record there.
 * @throws AppError not_found for the code or the organization; conflict when somebody decided or it is too late.
 */
export async function approveDevice(
  context: Context,
  { userCode, organizationId }: { userCode: string; organizationId: string },
): Promise<Device> {
  const { tx, actor } = context;
  await requireBrowser(context);
  const [member] = await tx
    .select({ orgId: memberships.orgId })
    .from(memberships)
    .where(
      and(eq(memberships.userId, actor.id), eq(memberships.status, "active"), eq(memberships.orgId, organizationId)),
    );
  if (!member)
    throw new AppError("not_found", `There is no organization ${organizationId} here. list_orgs shows yours.`);
  const row = await decide(context, userCode, { userId: actor.id, forOrgId: member.orgId });
  const data = { client: row.clientName, ip: row.ip };
  const by = { kind: "user" as const, id: actor.id, name: actor.name };
  await record(context, "security.client_approved", [{ orgId: member.orgId, actor: by, subject: actor.id, data }]);
  return readDevice(context, userCode);
}

/** Refuses it. @throws AppError as `approveDevice`. */
export async function denyDevice(context: Context, userCode: string): Promise<Device> {
  await requireBrowser(context);
  await decide(context, userCode, { userId: null, forOrgId: null });
  return readDevice(context, userCode);
}

async function grant(
  context: Context,
  { hash }: Row,
  whose: { userId: string; orgId: string },
  client: Client,
): Promise<Granted> {
  const { tx, now } = context;
  await tx.update(deviceSignIns).set({ usedAt: now }).where(eq(deviceSignIns.hash, hash));
  const { accessToken, expiresIn } = await startLasting(context, whose, client);
  const [org] = await tx
    .select({ slug: organizations.slug })
    .from(organizations)
    .where(eq(organizations.orgId, whose.orgId));
  return { access_token: accessToken, token_type: "Bearer", expires_in: expiresIn, org: org?.slug ?? whose.orgId };
}

async function decide(context: Context, typed: string, decision: Pick<Row, "userId" | "forOrgId">): Promise<Row> {
  const { tx } = context;
  const row = await findByUserCode(context, typed, true);
  if (row.decidedAt) throw new AppError("conflict", "Somebody has decided about this code. Ask for a new one.");
  const now = await timeOf(context);
  if (row.expiresAt <= now) throw new AppError("conflict", "This code is older than ten minutes. Ask for a new one.");
  await tx
    .update(deviceSignIns)
    .set({ ...decision, decidedAt: now })
    .where(eq(deviceSignIns.hash, row.hash));
  return row;
}

/**
 * Whoever names codes is counted, by person, before it is looked whether there is one: ten a minute of 20^8 for ten
 * minutes find nothing, and beyond that the right one is refused like any other.
 */
async function findByUserCode(context: Context, typed: string, forUpdate = false): Promise<Row> {
  const { tx, settings, actor } = context;
  const code = normalUserCode(typed);
  await admitCode(settings, actor.id);
  const found = tx
    .select()
    .from(deviceSignIns)
    .where(eq(deviceSignIns.userCodeHash, hashUserCode(settings, code ?? "")));
  const [row] = code ? await (forUpdate ? found.for("update") : found) : [];
  if (row) return row;
  throw new AppError("not_found", "No client shows this code. Look at it again: eight letters, such as BCDF-GHJK.");
}

/** What a stranger says of themselves: nothing in it moves, hides or turns around what stands beside it. */
const readable = (text: string): string =>
  text
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "")
    .trim()
    .slice(0, 100);

/** The transaction may have waited for the row, and a deadline is about now. */
async function timeOf({ tx }: Context): Promise<Date> {
  const [row] = await tx.execute<{ now: string }>(sql`select to_json(clock_timestamp()) #>> '{}' as now`);
  return new Date(row?.now ?? Date.now());
}

function requirePerson({ actor }: Context): void {
  if (actor.kind !== "user" || actor.keyId)
    throw new AppError("forbidden", "Only a person who is signed in lets a client in, not an API key.");
}

/** A token must not beget another: it would outlive its own end. */
async function requireBrowser(context: Context): Promise<void> {
  requirePerson(context);
  const { tx, actor } = context;
  if (!actor.signInId) return; // Sign-in is off: everybody is the one local person.
  const [signIn] = await tx.select({ kind: signIns.kind }).from(signIns).where(eq(signIns.id, actor.signInId));
  if (signIn?.kind !== "browser")
    throw new AppError("forbidden", "Only a person in a browser lets a client in, not another client.");
}
