"use client";

import { type SubmitEvent, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { textIn } from "#app/_features/teams/settings-form.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
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
  const [failure, setFailure] = useState<string>();
  const update = useChange(useTRPC().plans.update.mutationOptions(), {
    done: () => "The plan was changed",
    refused: "The plan was not changed",
  });
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFailure(undefined);
    const fields = new FormData(event.currentTarget);
    const budgetMicros = microsOf(textIn(fields, "budget"));
    const minutes = textIn(fields, "claim");
    try {
      await update.send({
        ...{ planId: plan.id, mode, claimSeconds: minutes === "" ? null : Number(minutes) * 60 },
        ...(budgetMicros === undefined ? {} : { budgetMicros }),
      });
      onClose();
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title="Budget and agents"
      description="It counts at once. At the cap the plan's work stops, and people are asked."
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" form="plan-settings" variant="primary" loading={update.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id="plan-settings" onSubmit={submit} className="flex flex-col gap-4">
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
      </form>
    </Dialog>
  );
}
