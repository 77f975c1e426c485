"use client";

import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { textIn } from "#app/_features/teams/settings-form.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { Credential } from "#server/credentials/schema.ts";
import { presets } from "./model-words.ts";
import { TestedForm } from "./tested-form.tsx";

/** A key for a provider: which, where, the key; it is kept once the provider has answered to it. */
export function SaveKeyDialog({ isOwn = false, onClose }: { isOwn?: boolean; onClose: () => void }) {
  const [chosen, setChosen] = useState<string>(presets[0].id);
  const preset = presets.find(({ id }) => id === chosen) ?? presets[0];
  const trpc = useTRPC().credentials;
  const words = {
    done: ({ credential }: { credential: Credential }) => `${credential.provider} is saved. ${credential.testAnswer}`,
    refused: "The key was not saved",
  };
  const save = useChange(trpc.save.mutationOptions(), words);
  const saveOwn = useChange(trpc.saveOwn.mutationOptions(), words);
  return (
    <TestedForm
      id="save-key"
      title={isOwn ? "Add a key of your own" : "Add a key"}
      description="The provider is asked for its list of models with it, which costs nothing. Only then it is kept."
      about={preset.id}
      isPending={save.isPending || saveOwn.isPending}
      onClose={onClose}
      send={(fields, evenIfRefused) =>
        (isOwn ? saveOwn : save).send({
          api: preset.api,
          provider: textIn(fields, "provider"),
          baseUrl: textIn(fields, "baseUrl"),
          key: textIn(fields, "key") || null,
          evenIfRefused,
        })
      }
    >
      <Field label="Provider" name="preset" hint={preset.hint}>
        <Select
          value={chosen}
          onValueChange={setChosen}
          options={presets.map(({ id, label }) => ({ value: id, label }))}
        />
      </Field>
      {/* Drawn anew for each provider: a key goes to nobody else, and each one's own values stand there. */}
      <Field key={`key-${preset.id}`} label="Key" name="key" optional={!preset.needsKey}>
        <Input
          name="key"
          type="password"
          required={preset.needsKey}
          maxLength={2_000}
          autoComplete="off"
          data-autofocus
          mono
        />
      </Field>
      <div key={preset.id} className="grid gap-4 sm:grid-cols-[10rem_1fr]">
        <Field label="Name" name="provider" hint="Models are named after it.">
          <Input name="provider" required maxLength={40} defaultValue={preset.provider} autoComplete="off" mono />
        </Field>
        <Field label="Address" name="baseUrl">
          <Input
            name="baseUrl"
            type="url"
            required
            maxLength={500}
            defaultValue={preset.baseUrl}
            placeholder="http://localhost:8000/v1"
            autoComplete="off"
            mono
          />
        </Field>
      </div>
    </TestedForm>
  );
}
