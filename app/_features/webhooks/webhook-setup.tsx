"use client";

import { KeyRound } from "lucide-react";
import { Banner } from "#app/_ui/banner.tsx";
import { CodeBlock } from "#app/_ui/code-block.tsx";
import type { Webhook } from "#server/webhooks/schema.ts";
import { secretPlaceholder, setupOf } from "./setup-steps.ts";

/** How an endpoint is connected at the provider. With a new secret, the secret itself first: it is never shown again. */
export function WebhookSetup({ webhook, secret }: { webhook: Webhook; secret?: string }) {
  const { steps, command } = setupOf(webhook.provider, {
    url: webhook.url,
    secret: secret ?? secretPlaceholder,
    label: webhook.label,
  });
  return (
    <div className="flex flex-col gap-4">
      {secret ? (
        <>
          <Banner tone="warning" inset title="Copy the secret now." icon={<KeyRound />}>
            It is shown this once and cannot be read again. If it gets lost, rotate it.
          </Banner>
          <CodeBlock title="Secret" code={secret} wrap />
        </>
      ) : null}
      <CodeBlock title="Address" code={webhook.url} wrap />
      <ol className="flex list-decimal flex-col gap-1 pl-5 text-app text-muted">
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <CodeBlock title="Try it from a terminal: it makes a task" code={command} />
    </div>
  );
}
