"use client";

import { useChange } from "#app/_features/settings/use-change.ts";
import { textIn } from "#app/_features/teams/settings-form.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { TestedForm } from "./tested-form.tsx";

type RotateKeyDialogProps = { credentialId: string; provider: string; onClose: () => void };

/** Another key for a provider; the old one is forgotten once the new one works. */
export function RotateKeyDialog({ credentialId, provider, onClose }: RotateKeyDialogProps) {
  const rotate = useChange(useTRPC().credentials.rotate.mutationOptions(), {
    done: ({ credential }) => `The key of ${provider} is replaced. ${credential.testAnswer}`,
    refused: "The key was not replaced",
  });
  return (
    <TestedForm
      id="rotate-key"
      title={`Replace the key of ${provider}`}
      description="The new key is tested first. The next call is made with it; the old one is forgotten."
      isPending={rotate.isPending}
      onClose={onClose}
      send={(fields, evenIfRefused) => rotate.send({ credentialId, key: textIn(fields, "key"), evenIfRefused })}
    >
      <Field label="New key" name="key">
        <Input name="key" type="password" required maxLength={2_000} autoComplete="off" mono />
      </Field>
    </TestedForm>
  );
}
