import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";
import { askForMoney } from "./asking.ts";
import type { Spender } from "./freeing.ts";
import { type Counter, eventOf, mark } from "./warnings.ts";

export interface Asked {
  spender: Spender;
  askedMicros: number;
  model: string;
}

/** Tells once per budget and period that it stops somebody, and asks people what to do. */
export async function noticeExhausted(context: Context, counters: readonly Counter[], asked: Asked): Promise<void> {
  const crossed = await mark(context, counters, "exhausted_at");
  await record(
    context,
    "budget.exhausted",
    crossed.map((counter) => {
      const event = eventOf(counter);
      return { ...event, data: { ...event.data, askedMicros: asked.askedMicros, model: asked.model } };
    }),
  );
  for (const counter of crossed) {
    const requestId = await askForMoney(context, counter, asked);
    if (!requestId) continue;
    await context.tx.execute(sql`update budget_counters set request_id = ${requestId} where org_id = ${context.actor.orgId}
      and budget_id = ${counter.budgetId} and period_start = ${counter.periodStart}::date`);
  }
}
