"use client";

import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import type { Webhook } from "#server/webhooks/schema.ts";
import { readWebhookFields, WebhookFields } from "./webhook-fields.tsx";

/** Another name, repository or filter for an endpoint. */
export function EditWebhookDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const update = useChange(useTRPC().webhooks.update.mutationOptions(), {
    done: ({ webhook: now }) => `${now.name} is changed`,
    refused: "The endpoint was not changed",
  });
  const { failure, submit } = useSubmit(async (form) => {
    const fields = readWebhookFields(form, webhook.provider);
    await update.send({ webhookId: webhook.id, ...fields, events: [...fields.events] });
    onClose();
  });
  return (
    <FormDialog
      title={`Change ${webhook.name}`}
      action="Save changes"
      isPending={update.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <WebhookFields provider={webhook.provider} teamId={webhook.teamId} given={webhook} error={failure} />
    </FormDialog>
  );
}
