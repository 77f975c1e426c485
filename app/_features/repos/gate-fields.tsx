"use client";

import { type MergeStrategy, mergeStrategies } from "#db/enums.ts";
import { Field } from "#app/_ui/field.tsx";
import { Input, Textarea } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { strategyWords } from "./repo-words.ts";

type GateFieldsProps = {
  gateCommand?: string;
  gateTimeoutSeconds?: number;
  strategy: MergeStrategy;
  onStrategy: (strategy: MergeStrategy) => void;
};

/** What must pass before anything is merged, how long it may take, and how a branch is merged. */
export function GateFields({ gateCommand, gateTimeoutSeconds = 900, strategy, onStrategy }: GateFieldsProps) {
  return (
    <>
      <Field
        label="Gate"
        name="gateCommand"
        hint="Runs on the exact tree that would become the branch, in a sandbox. It must exit 0. Empty: everything passes."
        optional
      >
        <Textarea
          name="gateCommand"
          mono
          rows={2}
          maxLength={4000}
          defaultValue={gateCommand}
          placeholder="npm ci && npm test"
          spellCheck={false}
        />
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Time-out of the gate, in seconds" name="gateTimeoutSeconds" hint="Past it the gate has failed.">
          <Input
            name="gateTimeoutSeconds"
            type="number"
            min={1}
            max={86_400}
            required
            defaultValue={gateTimeoutSeconds}
          />
        </Field>
        <Field label="Merge strategy" name="mergeStrategy" hint={strategyWords[strategy].does}>
          <Select
            value={strategy}
            onValueChange={onStrategy}
            options={mergeStrategies.map((value) => ({ value, label: strategyWords[value].label }))}
          />
        </Field>
      </div>
    </>
  );
}

/** The fields of the form, as the operations take them. */
export function readGateFields(form: HTMLFormElement): { gateCommand: string; gateTimeoutSeconds: number } {
  const fields = new FormData(form);
  const command = fields.get("gateCommand");
  return {
    gateCommand: typeof command === "string" ? command.trim() : "",
    gateTimeoutSeconds: Number(fields.get("gateTimeoutSeconds")),
  };
}
