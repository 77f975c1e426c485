import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { newId } from "../ids.ts";
import { noticeExhausted } from "./exhaustion.ts";
import type { Spender } from "./freeing.ts";
import { type Refusal, refusalOf } from "./refusals.ts";
import { type Counter, noticeWarnings } from "./warnings.ts";

export interface ReserveOptions {
  /** The most that the call may cost. Micro-dollars. */
  upperBoundMicros: number;
  model: string;
  /** After how long it is free again by itself; the longest a dead owner keeps it. 60 at most. */
  seconds?: number;
  /** A call of ours is made on it: where nobody settles it, it is booked whole. */
  isCall?: boolean;
}

export type Reserved = { ok: true; reservationId: string; counters: Counter[] } | { ok: false; refusal: Refusal };

/**
 * Sets money aside before a call, if every budget of the spender has room for all of it; else nothing is changed but that
 * people are told (once per budget and period). A refusal is a result, so that what it records is committed: throw
 * `overBudget(refusal)` after the transaction, not in it.
 */
export async function reserve(
  context: Context,
  spender: Spender,
  { upperBoundMicros, model, seconds = 60, isCall = false }: ReserveOptions,
): Promise<Reserved> {
  const { tx, actor, now } = context;
  const reservationId = newId();
  const { teamId, agentId, userId, planId = null, taskId, sessionId } = spender;
  const owner = {
    ...{ team_id: teamId, agent_id: agentId, user_id: userId, plan_id: planId },
    ...{ task_id: taskId, session_id: sessionId, own_key: spender.isOwnKey === true, is_call: isCall },
  };
  const rows = await tx.execute<
    CounterRow & { fits: boolean }
  >(sql`select r.budget_id as "budgetId", r.period_start::text as "periodStart",
      r.cap::float8 as "capMicros", r.settled::float8 as "settledMicros", r.reserved::float8 as "reservedMicros", r.fits
    from reserve_money(${actor.orgId}, ${reservationId}, ${scopesOf(actor.orgId, spender)}::uuid[], ${upperBoundMicros}::bigint,
      ${now.toISOString()}::timestamptz, ${JSON.stringify({ ...owner, model, seconds: Math.min(seconds, 60) })}::text::jsonb) r`);
  if (rows.every(({ fits }) => fits)) return { ok: true, reservationId, counters: rows };
  const full = rows.filter(({ fits }) => !fits);
  const asked = { spender, askedMicros: upperBoundMicros, model };
  const spentUp = full.filter(({ settledMicros, capMicros }) => settledMicros + upperBoundMicros > capMicros);
  await noticeExhausted(context, spentUp, asked);
  return { ok: false, refusal: await refusalOf(context, full, asked) };
}

export interface Settled {
  /** What no cap had room for: spent all the same, and in no counter. Micro-dollars. */
  uncoveredMicros: number;
  /** The moment that decides the day and month it counts in: its reservation's. ISO. */
  bookedAt: string;
}

/**
 * Books what a call really cost and frees the rest of its reservation. Up to the reserved amount there is always room. What
 * exceeds it, or all of it without a reservation that is still open, is booked only as far as every cap has room: the rest
 * comes back as uncovered, for the usage record. The caller records the usage in the same transaction.
 */
export async function settle(
  context: Context,
  spender: Spender,
  {
    usageId,
    reservationId,
    actualMicros,
    model,
    kind = "settled",
  }: {
    usageId: string;
    reservationId?: string | undefined;
    actualMicros: number;
    model: string;
    /** How the ledger calls it. */
    kind?: "settled" | "estimated";
  },
): Promise<Settled> {
  const { tx, actor, now } = context;
  const rows = await tx.execute<CounterRow & { bookedAt: string; uncoveredMicros: number }>(sql`
    select to_char(s.booked_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "bookedAt", s.uncovered::float8 as "uncoveredMicros",
      s.budget_id as "budgetId", s.period_start::text as "periodStart", s.cap::float8 as "capMicros",
      s.settled::float8 as "settledMicros", s.reserved::float8 as "reservedMicros"
    from settle_money(${actor.orgId}, ${reservationId ?? null}::uuid, ${usageId}, ${scopesOf(actor.orgId, spender)}::uuid[],
      ${actualMicros}::bigint, ${now.toISOString()}::timestamptz, ${kind}) s`);
  const [first] = rows;
  if (!first) throw new Error("settling money gave no row");
  const counters = rows.filter(({ budgetId }) => budgetId !== null);
  await noticeWarnings(context, counters);
  const spentUp = counters.filter(({ settledMicros, capMicros }) => settledMicros >= capMicros);
  await noticeExhausted(context, spentUp, { spender, askedMicros: first.uncoveredMicros, model });
  return { uncoveredMicros: first.uncoveredMicros, bookedAt: first.bookedAt };
}

/** The ids that budgets of this spender stand under. */
export const scopesOf = (
  orgId: string,
  { teamId, agentId, userId, planId = null, taskId, sessionId, isOwnKey = false }: Spender,
): string => {
  const scopes = isOwnKey ? [sessionId] : [orgId, teamId, agentId, userId, planId, taskId, sessionId];
  return `{${scopes.filter((id) => id !== null).join(",")}}`;
};

type CounterRow = Counter & Record<string, unknown>;
