import { sql } from "drizzle-orm";
import type { BudgetPeriod, BudgetScope } from "#db/enums.ts";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";

/** From which part of its cap on a budget warns. */
const warningAt = 0.8;

/** A budget's counter of the period that counts, in micro-dollars. */
export interface Counter {
  budgetId: string;
  /** `YYYY-MM-DD`, UTC. */
  periodStart: string;
  capMicros: number;
  settledMicros: number;
  reservedMicros: number;
}

/** A budget whose line was crossed by this transaction and by no other before. */
export interface Crossed extends Counter {
  scope: BudgetScope;
  scopeId: string;
  teamId: string | null;
  period: BudgetPeriod;
}

/** Tells once per budget and period that most of it is spent. The counters are locked, so two spenders cannot both tell. */
export async function noticeWarnings(context: Context, counters: readonly Counter[]): Promise<void> {
  const high = counters.filter(
    ({ settledMicros, capMicros }) => settledMicros > 0 && settledMicros >= capMicros * warningAt,
  );
  await record(context, "budget.warned", (await mark(context, high, "warned_at")).map(eventOf));
}

/** What its event tells of a crossed line. */
export function eventOf({ budgetId, scope, scopeId, teamId, period, periodStart, capMicros, settledMicros }: Crossed) {
  return {
    subject: budgetId,
    team: teamId,
    task: scope === "task" ? scopeId : null,
    data: { scope, scopeId, period, periodStart, capMicros, spentMicros: settledMicros },
  };
}

/** Marks a line as crossed where it is not yet. @returns the budgets for which this was the first time. */
export async function mark(
  { tx, actor, now }: Context,
  counters: readonly Counter[],
  line: "warned_at" | "exhausted_at",
): Promise<Crossed[]> {
  if (counters.length === 0) return [];
  const column = sql.identifier(line);
  const which = JSON.stringify(counters.map(({ budgetId, periodStart }) => ({ b: budgetId, p: periodStart })));
  return tx.execute<
    Crossed & Record<string, unknown>
  >(sql`update budget_counters c set ${column} = ${now.toISOString()}::timestamptz
    from budgets b, jsonb_to_recordset(${which}::text::jsonb) as w(b uuid, p date)
    where c.org_id = ${actor.orgId} and c.budget_id = w.b and c.period_start = w.p and c.${column} is null
      and b.org_id = c.org_id and b.id = c.budget_id
    returning c.budget_id as "budgetId", c.period_start::text as "periodStart", b.cap_micros::float8 as "capMicros",
      c.settled_micros::float8 as "settledMicros", c.reserved_micros::float8 as "reservedMicros", b.scope, b.scope_id as "scopeId",
      b.team_id as "teamId", b.period`);
}
