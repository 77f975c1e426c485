"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Field } from "#app/_ui/field.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { type BudgetPeriod, budgetPeriods } from "#db/enums.ts";
import type { Budget } from "#server/budgets/schema.ts";
import { periodWords, scopeWords } from "./budget-words.ts";

const scopes = ["team", "org", "agent", "user", "task"] as const;
type ScopeChoice = (typeof scopes)[number];

/** Sets a cap, or changes that of a budget. */
export function BudgetDialog({ budget, onClose }: { budget?: Budget; onClose: () => void }) {
  const [scope, setScope] = useState<ScopeChoice>("team");
  const [whose, setWhose] = useState<string | null>(null);
  const [period, setPeriod] = useState<BudgetPeriod>(budget?.period ?? "day");
  const choices = useWhose(scope);
  const chosen = whose ?? choices[0]?.value ?? null;
  const set = useChange(useTRPC().budgets.set.mutationOptions(), {
    done: (output) => `${output.budget.name} may spend ${`$${output.budget.capMicros / 1_000_000}`}`,
    refused: "The budget was not set",
  });
  const { failure, submit } = useSubmit(async (form) => {
    const fields = new FormData(form);
    const task = fields.get("task");
    const named = budget
      ? namedBy(budget.scope, budget.scopeId)
      : namedBy(scope, scope === "task" ? (typeof task === "string" ? task.trim() : "") : chosen);
    await set.send({ ...named, period, capMicros: Math.round(Number(fields.get("cap")) * 1_000_000) });
    onClose();
  });
  return (
    <FormDialog
      title={budget ? `Budget of ${budget.name}` : "Set a budget"}
      description={
        budget
          ? "It counts at once. What was spent in this period stays counted."
          : "What was spent in the period before counts too."
      }
      action={budget ? "Change budget" : "Set budget"}
      isPending={set.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      {budget ? null : (
        <>
          <Field label="Caps" name="scope">
            <Select
              value={scope}
              onValueChange={(next) => {
                setScope(next);
                setWhose(null);
              }}
              options={scopes.map((value) => ({ value, label: scopeWords[value] }))}
            />
          </Field>
          {scope === "task" ? (
            <Field label="Task" name="task" hint="Its number, such as 12.">
              <Input name="task" required pattern="#?[1-9][0-9]*" autoComplete="off" placeholder="#12" />
            </Field>
          ) : null}
          {choices.length > 0 ? (
            <Field label={scopeWords[scope]} name="whose">
              <Select value={chosen} onValueChange={setWhose} options={choices} />
            </Field>
          ) : null}
          <Field label="Over" name="period" hint="Days and months begin at midnight UTC.">
            <Select
              value={period}
              onValueChange={setPeriod}
              options={budgetPeriods.map((value) => ({ value, label: periodWords[value].label }))}
            />
          </Field>
        </>
      )}
      <Field
        label={`Cap in dollars, ${periodWords[period].label.toLowerCase()}`}
        name="cap"
        error={failure}
        hint="Past it nothing is started and no call is paid for. 0 stops at once."
      >
        <Input
          name="cap"
          type="number"
          required
          min={0}
          max={1_000_000_000}
          step="any"
          defaultValue={budget ? budget.capMicros / 1_000_000 : 100}
        />
      </Field>
    </FormDialog>
  );
}

function namedBy(scope: Budget["scope"], id: string | null) {
  if (scope === "org" || id === null) return {};
  if (scope === "task") return { task: id };
  return { [`${scope}Id`]: id };
}

/** Who can be chosen for a scope; none where there is nothing to choose. */
function useWhose(scope: ScopeChoice): { value: string; label: string }[] {
  const trpc = useTRPC();
  const teams = useQuery(trpc.teams.list.queryOptions({ archived: true }));
  const agents = useQuery(trpc.agents.list.queryOptions({ archived: false }, { enabled: scope === "agent" }));
  const members = useQuery(trpc.members.list.queryOptions({ deactivated: true }, { enabled: scope === "user" }));
  const option = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name });
  if (scope === "team") return (teams.data?.teams ?? []).filter(({ archivedAt }) => archivedAt === null).map(option);
  if (scope === "agent") return (agents.data?.agents ?? []).map(option);
  if (scope === "user")
    return (members.data?.members ?? []).map(({ userId, name }) => ({ value: userId, label: name }));
  return [];
}
