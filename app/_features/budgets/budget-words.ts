import { money } from "#app/_ui/format.ts";
import type { BudgetPeriod, BudgetScope } from "#db/enums.ts";
import type { Budget } from "#server/budgets/schema.ts";

export const periodWords: Record<BudgetPeriod, { label: string; now: string }> = {
  day: { label: "A day", now: "today" },
  month: { label: "A month", now: "this month" },
  life: { label: "In all", now: "in all" },
};

export const scopeWords: Record<BudgetScope, string> = {
  org: "Organization",
  team: "Team",
  agent: "Agent",
  user: "Person",
  plan: "Plan",
  task: "Task",
  session: "Session",
};

export const stateWords = {
  open: { label: "Open", tone: "neutral" },
  warned: { label: "Nearly used up", tone: "warning" },
  stopped: { label: "Used up", tone: "danger" },
} as const;

/** The budget that a team feels first: what stops or refuses before what is warned, a day before a month, the team's before the organization's. */
export function tightest(budgets: readonly Budget[]): Budget | undefined {
  const weight = ({ state, requestId, scope, period }: Budget) =>
    (requestId === null ? ["stopped", "warned", "open"].indexOf(state) : 0) * 100 +
    ["day", "month", "life"].indexOf(period) * 10 +
    (scope === "team" ? 0 : 1);
  return budgets
    .filter(({ scope }) => scope === "team" || scope === "org")
    .toSorted((a, b) => weight(a) - weight(b))[0];
}

/** "$1.20 of $100, $0.30 set aside" */
export function budgetText({
  capMicros,
  settledMicros,
  reservedMicros,
}: Pick<Budget, "capMicros" | "settledMicros" | "reservedMicros">): string {
  const aside = reservedMicros > 0 ? `, ${money(reservedMicros)} set aside` : "";
  return `${money(settledMicros)} of ${money(capMicros)}${aside}`;
}
