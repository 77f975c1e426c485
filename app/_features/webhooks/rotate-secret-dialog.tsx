"use client";

import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Field } from "#app/_ui/field.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { Webhook } from "#server/webhooks/schema.ts";
import { SecretDialog } from "./create-webhook-dialog.tsx";

const overlaps = [
  { value: "24", label: "For a day" },
  { value: "1", label: "For an hour" },
  { value: "168", label: "For a week" },
  { value: "0", label: "Ends now" },
] as const;

/** Another secret for an endpoint; the old one goes on for a while, so that nothing is lost in between. */
export function RotateSecretDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const [overlap, setOverlap] = useState<string>("24");
  const [made, setMade] = useState<{ webhook: Webhook; secret: string }>();
  const rotate = useChange(useTRPC().webhooks.rotateSecret.mutationOptions(), { refused: "The secret stays" });
  const { failure, submit } = useSubmit(async (form) => {
    const given = new FormData(form).get("secret");
    const own = typeof given === "string" && given.trim() !== "" ? { secret: given.trim() } : {};
    setMade(await rotate.send({ webhookId: webhook.id, overlapHours: Number(overlap), ...own }));
  });
  if (made) return <SecretDialog title={`The new secret of ${webhook.name}`} {...made} onClose={onClose} />;
  return (
    <FormDialog
      title={`Rotate the secret of ${webhook.name}`}
      description="Put the new one in at the provider while the old one is still good."
      action="Rotate secret"
      isPending={rotate.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="The old secret" name="overlap">
        <Select value={overlap} onValueChange={setOverlap} options={overlaps} />
      </Field>
      <Field
        label="A secret of the provider"
        name="secret"
        optional
        hint="Such as GitLab’s signing token. Left empty, one is made here."
        error={failure}
      >
        <Input name="secret" mono autoComplete="off" minLength={16} maxLength={200} />
      </Field>
    </FormDialog>
  );
}
