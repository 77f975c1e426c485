"use client";

import { useState } from "react";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import type { Repo } from "#server/repos/schema.ts";
import { GateFields, readGateFields } from "./gate-fields.tsx";

/** Name, gate and way of merging. A merge that is being tested keeps the gate it began with. */
export function RepoSettings({ repo }: { repo: Repo }) {
  const [strategy, setStrategy] = useState(repo.mergeStrategy);
  const update = useChange(useTRPC().repos.update.mutationOptions(), {
    done: () => `${repo.name} was changed`,
    refused: "The repository was not changed",
  });
  const { failure, submit } = useSubmit(async (form) => {
    const name = new FormData(form).get("name");
    await update.send({
      repoId: repo.id,
      name: typeof name === "string" ? name : repo.name,
      mergeStrategy: strategy,
      ...readGateFields(form),
    });
  });
  return (
    <Section title="Merging" lead="A merge that is being tested keeps the gate it began with.">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Name" name="name" error={failure}>
          <Input name="name" required maxLength={100} defaultValue={repo.name} autoComplete="off" />
        </Field>
        <GateFields
          gateCommand={repo.gateCommand}
          gateTimeoutSeconds={repo.gateTimeoutSeconds}
          strategy={strategy}
          onStrategy={setStrategy}
        />
        <div>
          <Button type="submit" variant="primary" loading={update.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Section>
  );
}
