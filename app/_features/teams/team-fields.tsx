"use client";

import { Field } from "#app/_ui/field.tsx";
import { Checkbox } from "#app/_ui/checkbox.tsx";
import { Input } from "#app/_ui/input.tsx";

type Team = { name: string; maxConcurrent: number; autoMerge: boolean };

/** What a team is called, how much it does at once, and whether what is approved merges by itself. */
export function TeamFields({ team, error }: { team?: Team; error: string | undefined }) {
  return (
    <>
      <Field label="Name" name="name" error={error}>
        <Input
          name="name"
          required
          maxLength={100}
          defaultValue={team?.name}
          autoComplete="off"
          placeholder="Payments"
        />
      </Field>
      <Field label="Tasks in progress at once" name="maxConcurrent" hint="Over all its agents and people.">
        <Input
          name="maxConcurrent"
          type="number"
          min={1}
          max={10_000}
          required
          defaultValue={team?.maxConcurrent ?? 32}
        />
      </Field>
      <Checkbox
        name="autoMerge"
        label="Merge by itself"
        hint="An approved task goes into the merge queue at once; the gate still has to pass."
        defaultChecked={team?.autoMerge ?? true}
      />
    </>
  );
}

/** The fields of the form, as the operations take them. */
export function readTeamFields(form: HTMLFormElement): Team {
  const fields = new FormData(form);
  const name = fields.get("name");
  return {
    name: typeof name === "string" ? name.trim() : "",
    maxConcurrent: Number(fields.get("maxConcurrent")),
    autoMerge: fields.get("autoMerge") !== null,
  };
}
