import { sql } from "drizzle-orm";
import { release } from "../budgets/freeing.ts";
import { settle } from "../budgets/ledger.ts";
import { type Context, type Runtime, systemActor } from "../context.ts";
import { record } from "../events/record.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { partsOf } from "../models/routing.ts";
import { lockSessionRow } from "./finding.ts";
import { spenderOf } from "./service.ts";

interface Abandoned extends Record<string, unknown> {
  sessionId: string;
  model: string;
  micros: number;
  ownKey: boolean;
}

/** The most of a round; the next one follows within a second. */
const mostAtOnce = 200;

/**
 * Books calls of models whose maker died: their reservations ran out, nobody said what was used, and the provider wants its
 * money all the same. Each at all that was set aside for it, marked as estimated, once, whoever finds it. Over all
 * organizations. @returns how many.
 */
export async function bookAbandonedCalls(runtime: Runtime): Promise<number> {
  const requestId = `money-${newId()}`;
  const due = await inTransaction(runtime, systemActor("", "money"), { requestId, system: true }, ({ tx }) =>
    tx.execute<{ orgId: string; id: string }>(sql`select org_id as "orgId", id from reservations
      where status = 'open' and is_call and expires_at <= clock_timestamp() order by org_id, id limit ${mostAtOnce}`),
  );
  let booked = 0;
  for (const { orgId, id } of due) {
    const options = { requestId: `${requestId}-${id}` };
    if (await inTransaction(runtime, systemActor(orgId, "money"), options, (context) => bookAbandoned(context, id)))
      booked++;
  }
  return booked;
}

/** One of them, if it is still open and due behind the locks: whoever settles or renews it at this moment goes first. */
async function bookAbandoned(context: Context, reservationId: string): Promise<boolean> {
  const { tx, actor } = context;
  const [of] = await tx.execute<{ sessionId: string | null }>(sql`select session_id as "sessionId" from reservations
    where org_id = ${actor.orgId} and id = ${reservationId}`);
  if (!of?.sessionId) return (await release(context, [reservationId])) > 0;
  const session = await lockSessionRow(context, of.sessionId);
  const [call] =
    await tx.execute<Abandoned>(sql`select session_id as "sessionId", model, micros::float8 as micros, own_key as "ownKey"
    from reservations where org_id = ${actor.orgId} and id = ${reservationId} and status = 'open' and is_call
      and expires_at <= clock_timestamp() for update`);
  if (!call) return false;
  const { model, micros: costMicros, ownKey } = call;
  const usageId = newId();
  const spender = { ...spenderOf(session), isOwnKey: ownKey };
  const paid = { usageId, reservationId, model, actualMicros: costMicros, kind: "estimated" as const };
  const { uncoveredMicros, bookedAt } = await settle(context, spender, paid);
  const { agentId, userId, teamId, planId, taskId } = session;
  // Of its tokens nothing is known, so none are told; the key is the one that its maker would have used.
  const tokens = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
  const facts = { sessionId: session.id, agentId, userId, planId, provider: partsOf(model).provider, model, ...tokens };
  await record(context, "usage.recorded", [
    {
      ...{ subject: usageId, team: teamId, task: taskId },
      data: { ...facts, costMicros, uncoveredMicros, key: reservationId, bookedAt, ownKey, estimated: true },
    },
  ]);
  return true;
}
