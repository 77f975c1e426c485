import { and, eq, sql } from "drizzle-orm";
import { providerSignIns } from "#db/schema/provider-sign-ins.ts";
import { type Context, type Runtime, systemActor } from "../context.ts";
import { saveCredential } from "../credentials/service.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { decryptSecret, openSecrets } from "../keyring.ts";
import { askForTokens, type Granted } from "./asking-server.ts";
import { deviceCodeAt } from "./service.ts";

type SignIn = typeof providerSignIns.$inferSelect;

/** Longer than a request may take: when it is over, who polled last is dead. */
const pollSeconds = 20;
const mostAtOnce = 50;

/**
 * Asks the providers of all sign-ins that are due, once each. Any number of workers may do it at once: a sign-in is claimed
 * for one poll, and not due again before that is over, also when its worker dies. @returns how many were asked.
 */
export async function pollSignIns(runtime: Runtime): Promise<number> {
  const poll = newId();
  const due = await inTransaction(
    runtime,
    systemActor("", "sign-ins"),
    { requestId: `sign-ins-${poll}`, system: true },
    async (context) => {
      await endExpired(context);
      return claim(context, poll);
    },
  );
  await Promise.all(due.map((signIn) => pollOne(runtime, signIn)));
  return due.length;
}

async function endExpired({ tx }: Context): Promise<void> {
  await tx.execute(sql`update provider_sign_ins set status = 'expired', device_code = null, ended_at = clock_timestamp(),
      problem = 'The code was not typed in time.'
    where status = 'pending' and expires_at <= clock_timestamp()`);
}

async function claim({ tx }: Context, poll: string): Promise<SignIn[]> {
  const due = tx
    .select({ id: providerSignIns.id })
    .from(providerSignIns)
    .where(and(eq(providerSignIns.status, "pending"), sql`${providerSignIns.nextPollAt} <= clock_timestamp()`))
    .orderBy(providerSignIns.nextPollAt)
    .limit(mostAtOnce)
    .for("update", { skipLocked: true });
  return tx
    .update(providerSignIns)
    .set({
      poll,
      nextPollAt: sql`clock_timestamp() + make_interval(secs => greatest(${pollSeconds}, ${providerSignIns.intervalSeconds}))`,
    })
    .where(sql`${providerSignIns.id} in (${due})`)
    .returning();
}

async function pollOne(runtime: Runtime, signIn: SignIn): Promise<void> {
  const { orgId, id, deviceCode, tokenUrl, clientId } = signIn;
  if (deviceCode === null) return;
  const { keyring } = openSecrets(runtime.settings.dataDir);
  const code = decryptSecret(keyring, deviceCode, deviceCodeAt(orgId, id));
  const granted = await askForTokens(runtime.settings, { tokenUrl, clientId }, code);
  const actor = systemActor(orgId, "sign-ins");
  await inTransaction(runtime, actor, { requestId: `sign-in-${id}` }, (context) => settle(context, signIn, granted));
}

/** Writes down what a poll brought, unless the sign-in is over or, where nothing came of it, another poll is under way. */
async function settle(context: Context, { id, poll, provider }: SignIn, granted: Granted): Promise<void> {
  const { tx, actor } = context;
  const own = and(eq(providerSignIns.orgId, actor.orgId), eq(providerSignIns.id, id));
  const [row] = await tx.select().from(providerSignIns).where(own).for("update");
  if (!row) return;
  // Tokens that come late count all the same: who took over was told that the code is used.
  if (granted.ok)
    return ["pending", "failed", "expired"].includes(row.status) ? connect(context, row, granted) : undefined;
  if (row.status !== "pending" || row.poll !== poll) return;
  const end = (status: "denied" | "expired" | "failed", problem: string) =>
    tx.update(providerSignIns).set({ status, problem, deviceCode: null, endedAt: sql`clock_timestamp()` }).where(own);
  // RFC 8628, 3.5.
  if (granted.code === "access_denied") await end("denied", `${provider} was told no.`);
  else if (granted.code === "expired_token") await end("expired", "The code was not typed in time.");
  else if (granted.code !== null && granted.code !== "authorization_pending" && granted.code !== "slow_down")
    await end("failed", `${provider} refused: ${granted.words}. Begin again.`);
  else {
    const seconds = nextInterval(row.intervalSeconds, granted.code);
    await tx
      .update(providerSignIns)
      .set({
        ...{ poll: null, intervalSeconds: seconds },
        nextPollAt: sql`clock_timestamp() + make_interval(secs => ${seconds})`,
        problem: granted.code === null ? `${provider} does not answer: ${granted.words}. It is asked again.` : null,
      })
      .where(own);
  }
}

/** RFC 8628, 3.5: five seconds more for good at slow_down; twice as long where nothing answers. */
const nextInterval = (seconds: number, code: string | null): number =>
  code === "slow_down" ? seconds + 5 : code === null ? Math.min(seconds * 2, 300) : seconds;

async function connect(context: Context, row: SignIn, granted: Extract<Granted, { ok: true }>): Promise<void> {
  const { provider, api, baseUrl, tokenUrl, clientId, userId, userName } = row;
  const { accessToken, refreshToken, expiresInSeconds } = granted;
  const [member] = await context.tx.execute(sql`select 1 from memberships
    where org_id = ${row.orgId} and user_id = ${userId} and status = 'active' for share`);
  if (member)
    await saveCredential(
      context,
      {
        ...{ provider, api, baseUrl, key: accessToken, userId, by: { kind: "user", id: userId, name: userName } },
        tokens: {
          ...{ refreshToken, tokenUrl, clientId },
          expiresAt: expiresInSeconds === null ? null : new Date(context.now.getTime() + expiresInSeconds * 1_000),
        },
      },
      { ok: true, answer: "Signed in with a code.", models: [] },
    );
  await context.tx
    .update(providerSignIns)
    .set({
      status: member ? "connected" : "cancelled",
      deviceCode: null,
      problem: null,
      endedAt: sql`clock_timestamp()`,
    })
    .where(and(eq(providerSignIns.orgId, row.orgId), eq(providerSignIns.id, row.id)));
}
