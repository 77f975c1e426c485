import type { BudgetPeriod, BudgetScope } from "#db/enums.ts";

/** An amount in dollars as people read it: cents, and below a dollar as many of six decimals as it has: `$0.004`. */
export function dollars(micros: number): string {
  const amount = micros / 1_000_000;
  if (Math.abs(amount) >= 1) return `$${amount.toFixed(2)}`;
  return `$${amount.toFixed(6).replace(/0{1,4}$/, "")}`;
}

const scopeWords: Record<BudgetScope, string> = {
  org: "the organization",
  team: "the team",
  agent: "the agent",
  user: "the person",
  plan: "the plan",
  task: "the task",
  session: "the session",
};
const periodWords: Record<BudgetPeriod, string> = { day: "a day", month: "a month", life: "in all" };

/** "the team, $100.00 a day" */
export function budgetWords({
  scope,
  period,
  capMicros,
}: {
  scope: BudgetScope;
  period: BudgetPeriod;
  capMicros: number;
}): string {
  return `${scopeWords[scope]}, ${dollars(capMicros)} ${periodWords[period]}`;
}

/** When the next period begins, ISO; null: never. Days and months are those of UTC. */
export function resetsAt(period: BudgetPeriod, periodStart: string): string | null {
  if (period === "life") return null;
  const start = new Date(`${periodStart}T00:00:00.000Z`);
  if (period === "day") start.setUTCDate(start.getUTCDate() + 1);
  else start.setUTCMonth(start.getUTCMonth() + 1);
  return start.toISOString();
}
