"use client";

import { type SubmitEvent, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTeamChoice } from "#app/_features/teams/use-team-choice.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { Select } from "#app/_ui/select.tsx";
import { type WebhookProvider, webhookProviders } from "#db/enums.ts";
import type { Webhook } from "#server/webhooks/schema.ts";
import { readWebhookFields, WebhookFields } from "./webhook-fields.tsx";
import { WebhookSetup } from "./webhook-setup.tsx";
import { providerWords } from "./webhook-words.ts";

/** An endpoint for a provider; then its secret, once, with what to do with it. */
export function CreateWebhookDialog({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC();
  const { teamId, choose, options: teams } = useTeamChoice();
  const [provider, setProvider] = useState<WebhookProvider>("github");
  const [failure, setFailure] = useState<string>();
  const [made, setMade] = useState<{ webhook: Webhook; secret: string }>();
  const create = useChange(trpc.webhooks.create.mutationOptions(), { refused: "No endpoint was made" });
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFailure(undefined);
    if (!teamId) return;
    try {
      const fields = readWebhookFields(event.currentTarget, provider);
      setMade(await create.send({ teamId, provider, ...fields, events: [...fields.events] }));
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  if (made)
    return <SecretDialog title={`Connect ${providerWords[made.webhook.provider].label}`} {...made} onClose={onClose} />;
  return (
    <FormDialog
      title="Add an endpoint"
      action="Add endpoint"
      isPending={create.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="From" name="provider">
          <Select
            value={provider}
            onValueChange={setProvider}
            options={webhookProviders.map((value) => ({ value, label: providerWords[value].label }))}
          />
        </Field>
        <Field label="Team" name="teamId">
          <Select value={teamId ?? null} onValueChange={choose} options={teams} />
        </Field>
      </div>
      <p className="text-app text-muted">{providerWords[provider].hint}</p>
      <WebhookFields
        key={`${provider}${teamId ?? ""}`}
        provider={provider}
        teamId={teamId ?? undefined}
        error={failure}
      />
    </FormDialog>
  );
}

type SecretDialogProps = { title: string; webhook: Webhook; secret?: string; onClose: () => void };

/** The secret, while it can be shown, and how to set the other side up. */
export function SecretDialog({ title, webhook, secret, onClose }: SecretDialogProps) {
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      size="lg"
      title={title}
      footer={
        <Button variant="primary" onClick={onClose}>
          {secret ? "I have copied the secret" : "Close"}
        </Button>
      }
    >
      <WebhookSetup webhook={webhook} {...(secret ? { secret } : {})} />
    </Dialog>
  );
}
