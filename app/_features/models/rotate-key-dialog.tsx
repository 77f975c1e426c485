"use client";

import { useChange } from "#app/_features/settings/use-change.ts";
import { textIn } from "#app/_features/teams/settings-form.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import type { Credential } from "#server/credentials/schema.ts";
import { TestedForm } from "./tested-form.tsx";

type RotateKeyDialogProps = { credential: Credential; isOwn: boolean; onClose: () => void };

/** Another key for a provider; the old one is forgotten once the new one works. */
export function RotateKeyDialog({ credential, isOwn, onClose }: RotateKeyDialogProps) {
  const { id: credentialId, provider, api, baseUrl } = credential;
  const trpc = useTRPC().credentials;
  const words = {
    done: ({ credential: saved }: { credential: Credential }) =>
      `The key of ${provider} is replaced. ${saved.testAnswer}`,
    refused: "The key was not replaced",
  };
  const rotate = useChange(trpc.rotate.mutationOptions(), words);
  const saveOwn = useChange(trpc.saveOwn.mutationOptions(), words);
  return (
    <TestedForm
      id="rotate-key"
      title={`Replace the key of ${provider}`}
      description="The new key is tested first. The next call is made with it; the old one is forgotten."
      isPending={rotate.isPending || saveOwn.isPending}
      onClose={onClose}
      send={(fields, evenIfRefused) => {
        const key = textIn(fields, "key");
        return isOwn
          ? saveOwn.send({ api, provider, baseUrl, key, evenIfRefused })
          : rotate.send({ credentialId, key, evenIfRefused });
      }}
    >
      <Field label="New key" name="key">
        <Input name="key" type="password" required maxLength={2_000} autoComplete="off" mono />
      </Field>
    </TestedForm>
  );
}
