import { Badge } from "#app/_ui/badge.tsx";
import { money } from "#app/_ui/format.ts";
import { Link } from "#app/_ui/link.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { Budget } from "#server/budgets/schema.ts";
import { BudgetBar } from "./budget-bar.tsx";
import { budgetText, periodWords, scopeWords, stateWords } from "./budget-words.ts";

/** The caps that concern a team, each with what is left of it. */
export function BudgetTiles({ budgets, manageHref }: { budgets: readonly Budget[]; manageHref: string | undefined }) {
  if (budgets.length === 0) {
    return (
      <p className="text-app text-muted">
        Nothing caps this team.{" "}
        {manageHref ? <Link href={manageHref}>Set a budget</Link> : "An owner or admin can set a budget."}
      </p>
    );
  }
  return (
    <ul aria-label="Budgets" className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
      {budgets.map((budget) => (
        <li key={budget.id} className="flex flex-col gap-2 rounded-lg border bg-surface p-3">
          <p className="flex items-center gap-2 text-app">
            <span className="min-w-0 truncate font-medium">{budget.name}</span>
            <span className="shrink-0 text-small text-muted">
              {scopeWords[budget.scope]} {periodWords[budget.period].now}
            </span>
            <span className="grow" />
            {budget.state === "open" ? null : (
              <Badge tone={stateWords[budget.state].tone}>{stateWords[budget.state].label}</Badge>
            )}
          </p>
          <p className="text-title font-semibold tabular-nums">{money(budget.leftMicros)} left</p>
          <BudgetBar label={`Budget of ${budget.name} ${periodWords[budget.period].now}`} budget={budget} />
          <p className="flex flex-wrap justify-between gap-x-3 text-small text-muted tabular-nums">
            <span>{budgetText(budget)}</span>
            {budget.resetsAt ? (
              <span>
                begins anew <RelativeTime at={budget.resetsAt} />
              </span>
            ) : null}
          </p>
        </li>
      ))}
    </ul>
  );
}
