"use client";

import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { textIn } from "#app/_features/teams/settings-form.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Field } from "#app/_ui/field.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { PlanDetail } from "#server/plans/schema.ts";
import { microsOf } from "./dollars.ts";

const modes = [
  { value: "hybrid", label: "Everybody's agents" },
  { value: "auto", label: "Agents run here alone" },
  { value: "external", label: "Agents from outside alone" },
] as const;

/** The most a plan may cost, and who may take its tasks: what can be changed while it goes on. */
export function PlanSettingsDialog({ plan, onClose }: { plan: PlanDetail; onClose: () => void }) {
  const [mode, setMode] = useState<PlanDetail["mode"]>(plan.mode);
  const update = useChange(useTRPC().plans.update.mutationOptions(), {
    done: () => "The plan was changed",
    refused: "The plan was not changed",
  });
  const { failure, submit } = useSubmit(async (form) => {
    const fields = new FormData(form);
    const budgetMicros = microsOf(textIn(fields, "budget"));
    const minutes = textIn(fields, "claim");
    await update.send({
      ...{ planId: plan.id, mode, claimSeconds: minutes === "" ? null : Number(minutes) * 60 },
      ...(budgetMicros === undefined ? {} : { budgetMicros }),
    });
    onClose();
  });
  return (
    <FormDialog
      title="Budget and agents"
      description="It counts at once. At the cap the plan's work stops, and people are asked."
      action="Save"
      isPending={update.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="The most it may cost, in dollars" name="budget" optional error={failure}>
        <Input
          name="budget"
          type="number"
          min="0"
          step="0.01"
          inputMode="decimal"
          defaultValue={plan.capMicros === null ? "" : plan.capMicros / 1_000_000}
        />
      </Field>
      <Field label="Who may take its tasks" name="mode">
        <Select value={mode} onValueChange={setMode} options={modes} />
      </Field>
      {mode === "auto" ? null : (
        <Field
          label="Minutes that an agent from outside holds a task without a call"
          name="claim"
          optional
          hint="Empty: as the team says."
        >
          <Input
            name="claim"
            type="number"
            min="1"
            max="1440"
            defaultValue={plan.claimSeconds === null ? "" : Math.round(plan.claimSeconds / 60)}
          />
        </Field>
      )}
    </FormDialog>
  );
}
