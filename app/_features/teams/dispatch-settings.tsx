"use client";

import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import type { TeamSettings } from "#server/team-settings/schema.ts";
import { numberIn, SettingsForm, textIn } from "./settings-form.tsx";

/** How work is handed out: branches, slots, leases, and when it is held back. */
export function DispatchSettings({ settings, canChange }: { settings: TeamSettings; canChange: boolean }) {
  return (
    <SettingsForm
      settings={settings}
      canChange={canChange}
      title="Handing out work"
      lead="What new tasks and new agents get, and when agents wait."
      read={(fields) => ({
        branchPrefix: textIn(fields, "branchPrefix"),
        defaultSlots: numberIn(fields, "defaultSlots") ?? 1,
        defaultLeaseSeconds: numberIn(fields, "defaultLeaseSeconds"),
        reviewLimit: numberIn(fields, "reviewLimit"),
        silentMinutes: numberIn(fields, "silentMinutes") ?? 30,
      })}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Branches begin with" name="branchPrefix" hint="For new tasks: task- gives task-12-fix-the-login.">
          <Input name="branchPrefix" mono required maxLength={60} defaultValue={settings.branchPrefix} />
        </Field>
        <Field label="Slots of a new agent" name="defaultSlots" hint="Tasks it may hold at once.">
          <Input name="defaultSlots" type="number" min={1} max={64} required defaultValue={settings.defaultSlots} />
        </Field>
        <Field
          label="Life of a lease, seconds"
          name="defaultLeaseSeconds"
          hint="Without a sign of life. Empty: as the agent's runtime has it."
          optional
        >
          <Input
            name="defaultLeaseSeconds"
            type="number"
            min={2}
            max={86_400}
            defaultValue={settings.defaultLeaseSeconds ?? ""}
          />
        </Field>
        <Field
          label="Wait while so many reviews are open"
          name="reviewLimit"
          hint="Agents then take only rework. Empty: however many."
          optional
        >
          <Input name="reviewLimit" type="number" min={1} max={10_000} defaultValue={settings.reviewLimit ?? ""} />
        </Field>
        <Field label="An agent is silent after, minutes" name="silentMinutes" hint="Without a sign of life.">
          <Input
            name="silentMinutes"
            type="number"
            min={1}
            max={1_440}
            required
            defaultValue={settings.silentMinutes}
          />
        </Field>
      </div>
    </SettingsForm>
  );
}
