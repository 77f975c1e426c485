import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import { usageRecords } from "#db/schema/sessions.ts";
import { settle } from "../budgets/ledger.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { costOf, priceOf } from "../prices/service.ts";
import type { recordUsageInput, usageResult } from "./schema.ts";
import { readSession } from "./queries.ts";
import type { SessionRow } from "./closing.ts";
import { lockSession, refuseEnded, spenderOf } from "./service.ts";

type Input = z.output<typeof recordUsageInput>;
type UsageRow = typeof usageRecords.$inferSelect;

/**
 * Records what a call used, as a fact: priced now, booked in the ledger, never changed. What no budget had room for is
 * recorded too and answered as `uncovered`; refusing it would lose what was spent already.
 * @throws AppError not_found for the session; conflict when it ended; invalid for an unknown model or nothing used.
 */
export async function recordUsage(context: Context, input: Input): Promise<z.output<typeof usageResult>> {
  const { session, usageId } = await bookUsage(context, input);
  const usage = await readUsage(context, usageId);
  return { usage, session: await readSession(context, session.id), overBudget: await isOver(context, session) };
}

export interface Booked {
  usageId: string;
  session: SessionRow;
  costMicros: number;
  /** The part of the cost that no budget had room for. */
  uncoveredMicros: number;
}

/** The same for who needs no more than what it cost. What is read behind the lock is as the one before left it. */
export async function bookUsage(context: Context, input: Input): Promise<Booked> {
  const session = await lockSession(context, input.sessionId);
  const known = await findRecorded(context, input);
  if (known) {
    // Whoever made it was taken for dead, and comes late: it was booked at the most it could cost, and stays so.
    if (!known.estimated) requireSameCall(session, known, input);
    return { usageId: known.id, session, costMicros: known.costMicros, uncoveredMicros: known.uncoveredMicros };
  }
  const reserved = await findReservation(context, input);
  if (!reserved) throw noReservation(input.reservationId);
  return addUsage(context, session, { ...input, ...reserved });
}

async function addUsage(context: Context, session: SessionRow, input: Input & Reservation): Promise<Booked> {
  // A call that was begun is paid, also when its session ended meanwhile.
  if (!input.isCall) refuseEnded(session);
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = input;
  const tokens = { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens };
  if (inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens === 0)
    throw new AppError("invalid", "Nothing was used: record the tokens of a call that was made.");
  const model = input.model ?? session.model;
  if (!model) throw new AppError("invalid", "Name the model that was used: the session was started without one.");
  const price = await priceOf(context, model);
  const usageId = newId();
  const costMicros = costOf(price, tokens);
  const { uncoveredMicros, bookedAt } = await settle(
    context,
    { ...spenderOf(session), isOwnKey: input.ownKey },
    {
      ...{ usageId, model, actualMicros: costMicros },
      reservationId: input.reservationId,
    },
  );
  const { agentId, userId, teamId, planId, taskId } = session;
  const facts = { sessionId: session.id, agentId, userId, planId, provider: price.provider, model, ...tokens };
  await record(context, "usage.recorded", [
    {
      subject: usageId,
      team: teamId,
      task: taskId,
      data: { ...facts, costMicros, uncoveredMicros, key: input.key ?? null, bookedAt, ownKey: input.ownKey },
    },
  ]);
  return { usageId, session, costMicros, uncoveredMicros };
}

/** The record that was made under this key before. The session is locked, so two reports at once cannot both miss it. */
async function findRecorded({ tx, actor }: Context, { sessionId, key }: Input): Promise<UsageRow | undefined> {
  if (!key) return undefined;
  const [known] = await tx
    .select()
    .from(usageRecords)
    .where(and(eq(usageRecords.orgId, actor.orgId), eq(usageRecords.sessionId, sessionId), eq(usageRecords.key, key)));
  return known;
}

function requireSameCall(session: SessionRow, known: UsageRow, input: Input): void {
  const fields = ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens"] as const;
  if (fields.every((field) => known[field] === input[field]) && known.model === (input.model ?? session.model)) return;
  throw new AppError("conflict", `The key ${input.key} was used for another call of this session. Use a new one.`);
}

interface Reservation {
  /** What was set aside is paid with the person's own key. */
  ownKey: boolean;
  /** It was set aside for a call of ours. */
  isCall: boolean;
}

/** Money of another session is not there for this one. */
async function findReservation(
  { tx, actor }: Context,
  { sessionId, reservationId }: Input,
): Promise<Reservation | undefined> {
  if (!reservationId) return { ownKey: false, isCall: false };
  const [own] = await tx.execute<
    Reservation & Record<string, unknown>
  >(sql`select own_key as "ownKey", is_call as "isCall" from reservations
    where org_id = ${actor.orgId} and id = ${reservationId} and session_id = ${sessionId}`);
  return own;
}

/** The same for missing and another's. */
const noReservation = (reservationId: string | undefined) =>
  new AppError(
    "not_found",
    `There is no reservation ${reservationId} of this session. Leave it out: the cost is booked as far as there is room.`,
  );

async function readUsage({ tx, actor }: Context, usageId: string): Promise<UsageRow> {
  const [usage] = await tx
    .select()
    .from(usageRecords)
    .where(and(eq(usageRecords.orgId, actor.orgId), eq(usageRecords.id, usageId)));
  if (!usage) throw new Error("usage that was just recorded cannot be read");
  return usage;
}

async function isOver(
  { tx, actor }: Context,
  { teamId, agentId, userId, planId, taskId, id }: SessionRow,
): Promise<boolean> {
  const scopes = [actor.orgId, teamId, agentId, userId, planId, taskId, id].filter((scope) => scope !== null);
  const closed = await tx.execute(sql`select 1 from closed_budgets x
    where x.org_id = ${actor.orgId} and x.scope_id = any(${`{${scopes.join(",")}}`}::uuid[]) limit 1`);
  return closed.length > 0;
}
