"use client";

import { useQuery } from "@tanstack/react-query";
import { CircleDollarSign } from "lucide-react";
import { parseAsBoolean, parseAsString, useQueryState } from "nuqs";
import { LookOnly } from "#app/_features/members/who-can-grant.tsx";
import { useMe } from "#app/_features/members/use-me.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section, SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { useAddButton } from "#app/_features/settings/use-add-button.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Button } from "#app/_ui/button.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { Budget } from "#server/budgets/schema.ts";
import { BudgetBar } from "./budget-bar.tsx";
import { BudgetDialog } from "./budget-dialog.tsx";
import { budgetText, periodWords, scopeWords, stateWords } from "./budget-words.ts";

/** The caps on spending: whose, how much, and how much of it is used. */
export function BudgetsSettings() {
  const { can, isKnown } = useMe();
  const canManage = can("budgets:manage");
  const [isAdding, setAdding] = useQueryState("new", parseAsBoolean.withDefault(false));
  const [editedId, setEdited] = useQueryState("budget", parseAsString);
  const query = useQuery(useTRPC().budgets.list.queryOptions({}));
  const edited = query.data?.budgets.find(({ id }) => id === editedId);
  const add = () => void setAdding(true);
  const button = useAddButton({ id: "budget.set", title: "Set a budget", group: "Money", may: canManage, run: add });
  return (
    <SettingsPage
      title="Budgets"
      lead="Money is set aside before a call and never past a cap. At 80 % you are told; at the cap the work stops and people are asked."
      action={button}
    >
      {isKnown && !canManage ? <LookOnly what="set and raise budgets" /> : null}
      <Loaded query={query} what="The budgets" skeleton={<SkeletonRows count={4} label="Loading the budgets" />}>
        {({ budgets }) =>
          budgets.length === 0 ? (
            <EmptyState icon={<CircleDollarSign />} title="Nothing is capped">
              Agents spend as much as they report. Set a budget for the organization or a team first.
            </EmptyState>
          ) : (
            <Section title={budgets.length === 1 ? "1 budget" : `${budgets.length} budgets`} flush>
              <ul aria-label="Budgets">
                {budgets.map((budget) => (
                  <BudgetRow
                    key={budget.id}
                    budget={budget}
                    onEdit={canManage ? () => void setEdited(budget.id) : undefined}
                  />
                ))}
              </ul>
            </Section>
          )
        }
      </Loaded>
      {canManage && isAdding ? <BudgetDialog onClose={() => void setAdding(null)} /> : null}
      {canManage && edited ? <BudgetDialog budget={edited} onClose={() => void setEdited(null)} /> : null}
    </SettingsPage>
  );
}

function BudgetRow({ budget, onEdit }: { budget: Budget; onEdit: (() => void) | undefined }) {
  const { budgets } = useTRPC();
  const remove = useChange(budgets.remove.mutationOptions(), {
    done: () => `${budget.name} is no longer capped`,
    refused: "The budget was not removed",
  });
  const { now } = periodWords[budget.period];
  return (
    <li className="flex flex-col gap-2 border-b px-4 py-3 last:border-b-0 sm:flex-row sm:items-center sm:gap-4">
      <div className="min-w-0 grow basis-0">
        <p className="flex items-center gap-2">
          <span className="truncate text-app font-medium">{budget.name}</span>
          <Badge>{scopeWords[budget.scope]}</Badge>
          {budget.state === "open" ? null : (
            <Badge tone={stateWords[budget.state].tone}>{stateWords[budget.state].label}</Badge>
          )}
        </p>
        <p className="text-small text-muted tabular-nums">
          {budgetText(budget)} {now}
        </p>
      </div>
      <div className="sm:w-48">
        <BudgetBar label={`Budget of ${budget.name} ${now}`} budget={budget} />
      </div>
      {onEdit ? (
        <div className="flex gap-1">
          <Button size="sm" onClick={onEdit} aria-label={`Change the budget of ${budget.name} ${now}`}>
            Change
          </Button>
          <ConfirmDialog
            title={`Remove the budget of ${budget.name}?`}
            verb="Remove budget"
            danger
            trigger={
              <Button size="sm" variant="ghost" aria-label={`Remove the budget of ${budget.name} ${now}`}>
                Remove
              </Button>
            }
            onConfirm={() => remove.send({ budgetId: budget.id })}
          >
            It spends freely then, up to the other caps. Set again later, it counts what was spent meanwhile.
          </ConfirmDialog>
        </div>
      ) : null}
    </li>
  );
}
