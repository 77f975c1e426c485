"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus, Webhook as WebhookIcon } from "lucide-react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Button } from "#app/_ui/button.tsx";
import { CopyButton } from "#app/_ui/copy.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { Webhook } from "#server/webhooks/schema.ts";
import { EndpointMenu } from "./endpoint-menu.tsx";
import { providerWords } from "./webhook-words.ts";

/** Where providers send to, with what each lets through. */
export function Endpoints({ onCreate }: { onCreate: () => void }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.webhooks.list.queryOptions({}));
  const { data } = useQuery(trpc.teams.list.queryOptions({ archived: true }));
  const teamName = (id: string) => data?.teams.find((team) => team.id === id)?.name ?? "a team";
  return (
    <Loaded query={query} what="The endpoints" skeleton={<SkeletonRows count={3} label="Loading the endpoints" />}>
      {({ webhooks }) =>
        webhooks.length === 0 ? (
          <EmptyState
            icon={<WebhookIcon />}
            title="Nothing comes in yet"
            action={
              <Button variant="primary" icon={<Plus className="size-4" />} onClick={onCreate}>
                Add the first endpoint
              </Button>
            }
          >
            An endpoint turns issues of GitHub or GitLab, or anything that can sign a request, into tasks on the board.
          </EmptyState>
        ) : (
          <Section title={webhooks.length === 1 ? "1 endpoint" : `${webhooks.length} endpoints`} flush>
            <ul>
              {webhooks.map((webhook) => (
                <Endpoint key={webhook.id} webhook={webhook} team={teamName(webhook.teamId)} />
              ))}
            </ul>
          </Section>
        )
      }
    </Loaded>
  );
}

function Endpoint({ webhook, team }: { webhook: Webhook; team: string }) {
  const { name, provider, url, enabled, events, label, lastDeliveryAt, oldSecretUntil, githubApp } = webhook;
  return (
    <li className="flex items-start gap-3 border-b px-4 py-2.5 last:border-b-0">
      <div className="min-w-0 grow">
        <p className="flex min-w-0 flex-wrap items-center gap-2">
          <span className="min-w-0 truncate text-app font-medium">{name}</span>
          <Badge>{githubApp ? "GitHub App" : providerWords[provider].label}</Badge>
          {enabled ? null : <Badge tone="warning">Switched off</Badge>}
        </p>
        <p className="flex min-w-0 items-center gap-1">
          <span className="min-w-0 truncate font-mono text-small text-muted">{url}</span>
          <CopyButton text={url} label={`Copy the address of ${name}`} />
        </p>
        <p className="text-small text-muted">
          Tasks for {team}
          {events.length > 0 ? `; only ${events.join(", ")}` : ""}
          {label === null ? "" : `; only with the label ${label}`}
          {oldSecretUntil === null ? null : (
            <>
              ; the old secret ends <RelativeTime at={oldSecretUntil} />
            </>
          )}
        </p>
      </div>
      <span className="shrink-0 pt-0.5 text-small text-muted max-sm:hidden">
        {lastDeliveryAt === null ? (
          "nothing came yet"
        ) : (
          <>
            last delivery <RelativeTime at={lastDeliveryAt} />
          </>
        )}
      </span>
      <EndpointMenu webhook={webhook} />
    </li>
  );
}
