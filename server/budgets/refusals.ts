import { sql } from "drizzle-orm";
import type { BudgetPeriod, BudgetScope } from "#db/enums.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { cheaperModels } from "./cheaper.ts";
import type { Asked } from "./exhaustion.ts";
import { openQuestion } from "./queries.ts";
import type { Counter } from "./warnings.ts";
import { budgetWords, dollars, resetsAt } from "./words.ts";

/** Why money was not set aside, as plain data: it is told after the commit. */
export interface Refusal {
  message: string;
  details: {
    askedMicros: number;
    leftMicros: number;
    budgets: (Counter & { scope: BudgetScope; scopeId: string; period: BudgetPeriod; resetsAt: string | null })[];
    cheaperModels: string[];
    requestId: string | null;
    retryAfterSeconds?: number;
  };
}

/** Says which caps have no room, and what is possible now. */
export async function refusalOf(
  context: Context,
  full: readonly Counter[],
  { askedMicros, model }: Asked,
): Promise<Refusal> {
  const budgets = await describe(context, full);
  const leftMicros = Math.max(
    0,
    Math.min(...full.map((one) => one.capMicros - one.settledMicros - one.reservedMicros)),
  );
  const isPassing = full.every(({ settledMicros, capMicros }) => settledMicros + askedMicros <= capMicros);
  const cheaper = await cheaperModels(context, { model, askedMicros, leftMicros });
  const requestId = budgets.find((budget) => budget.requestId)?.requestId ?? null;
  const [tightest] = budgets.toSorted((a, b) => a.capMicros - a.settledMicros - (b.capMicros - b.settledMicros));
  const where = tightest ? ` of the budget of ${budgetWords(tightest)}` : "";
  const spent = tightest
    ? ` (${dollars(tightest.settledMicros)} spent, ${dollars(tightest.reservedMicros)} set aside)`
    : "";
  const nextStart = tightest && resetsAt(tightest.period, tightest.periodStart);
  const possible = isPassing
    ? ["Others have set the rest aside for calls under way: try again in a few seconds."]
    : [
        ...(leftMicros > 0 ? ["Ask for less: fewer output tokens, a shorter prompt."] : []),
        ...(cheaper.length > 0 ? [`Take a cheaper model: ${cheaper.join(", ")}.`] : []),
        ...(requestId
          ? ["People were asked to raise it; wait for their answer."]
          : ["An admin may raise it with set_budget."]),
        ...(nextStart ? [`It begins anew at ${nextStart}.`] : []),
      ];
  return {
    message: `This could cost ${dollars(askedMicros)}, but ${dollars(leftMicros)} is left${where}${spent}. Nothing was set aside, so do not make the call. ${possible.join(" ")}`,
    details: {
      askedMicros,
      leftMicros,
      budgets: budgets.map(({ requestId: _open, ...budget }) => ({
        ...budget,
        resetsAt: resetsAt(budget.period, budget.periodStart),
      })),
      cheaperModels: cheaper,
      requestId,
      ...(isPassing ? { retryAfterSeconds: 2 } : {}),
    },
  };
}

/** The refusal as an error, for after the transaction that recorded it. */
export const overBudget = ({ message, details }: Refusal): AppError =>
  new AppError("over_budget", message, { ...details });

async function describe({ tx, actor }: Context, counters: readonly Counter[]) {
  const which = JSON.stringify(counters.map(({ budgetId, periodStart }) => ({ b: budgetId, p: periodStart })));
  const rows = await tx.execute<{
    budgetId: string;
    scope: BudgetScope;
    scopeId: string;
    period: BudgetPeriod;
    requestId: string | null;
  }>(sql`select b.id as "budgetId", b.scope, b.scope_id as "scopeId", b.period, ${openQuestion} as "requestId"
    from jsonb_to_recordset(${which}::text::jsonb) as w(b uuid, p date)
    join budgets b on b.org_id = ${actor.orgId} and b.id = w.b
    join budget_counters c on c.org_id = b.org_id and c.budget_id = b.id and c.period_start = w.p`);
  return counters.flatMap((counter) => {
    const { budgetId, periodStart, capMicros, settledMicros, reservedMicros } = counter;
    const row = rows.find((one) => one.budgetId === budgetId);
    return row ? [{ ...row, periodStart, capMicros, settledMicros, reservedMicros }] : [];
  });
}
