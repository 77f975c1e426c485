"use client";

import { type SubmitEvent, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
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
  const [failure, setFailure] = useState<string>();
  const [made, setMade] = useState<{ webhook: Webhook; secret: string }>();
  const rotate = useChange(useTRPC().webhooks.rotateSecret.mutationOptions(), { refused: "The secret stays" });
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFailure(undefined);
    const given = new FormData(event.currentTarget).get("secret");
    const own = typeof given === "string" && given.trim() !== "" ? { secret: given.trim() } : {};
    try {
      setMade(await rotate.send({ webhookId: webhook.id, overlapHours: Number(overlap), ...own }));
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  if (made) return <SecretDialog title={`The new secret of ${webhook.name}`} {...made} onClose={onClose} />;
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Rotate the secret of ${webhook.name}`}
      description="Put the new one in at the provider while the old one is still good."
      footer={
        <>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          <Button type="submit" form="rotate-secret" variant="primary" loading={rotate.isPending}>
            Rotate secret
          </Button>
        </>
      }
    >
      <form id="rotate-secret" onSubmit={submit} className="flex flex-col gap-4">
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
      </form>
    </Dialog>
  );
}
