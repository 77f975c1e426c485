"use client";

import { type SubmitEvent, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import type { Webhook } from "#server/webhooks/schema.ts";
import { readWebhookFields, WebhookFields } from "./webhook-fields.tsx";

/** Another name, repository or filter for an endpoint. */
export function EditWebhookDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const [failure, setFailure] = useState<string>();
  const update = useChange(useTRPC().webhooks.update.mutationOptions(), {
    done: ({ webhook: now }) => `${now.name} is changed`,
    refused: "The endpoint was not changed",
  });
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFailure(undefined);
    try {
      const fields = readWebhookFields(event.currentTarget, webhook.provider);
      await update.send({ webhookId: webhook.id, ...fields, events: [...fields.events] });
      onClose();
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Change ${webhook.name}`}
      footer={
        <>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          <Button type="submit" form="edit-webhook" variant="primary" loading={update.isPending}>
            Save changes
          </Button>
        </>
      }
    >
      <form id="edit-webhook" onSubmit={submit} className="flex flex-col gap-4">
        <WebhookFields provider={webhook.provider} teamId={webhook.teamId} given={webhook} error={failure} />
      </form>
    </Dialog>
  );
}
