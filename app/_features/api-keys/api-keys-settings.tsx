"use client";

import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { parseAsBoolean, useQueryState } from "nuqs";
import { NoPermission } from "#app/_features/members/who-can-grant.tsx";
import { useMe } from "#app/_features/members/use-me.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section, SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { useAddButton } from "#app/_features/settings/use-add-button.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { AgentMark } from "#app/_ui/agent-mark.tsx";
import { Avatar } from "#app/_ui/avatar.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Checkbox } from "#app/_ui/checkbox.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { type Column, Table } from "#app/_ui/table.tsx";
import type { ApiKey } from "#server/api-keys/schema.ts";
import { CreateKeyDialog } from "./create-key-dialog.tsx";
import { keyStatusWords, scopeWords } from "./key-words.ts";
import { RevokeKey } from "./revoke-key.tsx";
import { RotateKey } from "./rotate-key.tsx";

/** The keys by which agents and scripts come in. */
export function ApiKeysSettings() {
  const { can, isKnown } = useMe();
  const canManage = can("keys:manage");
  const [creating, setCreating] = useQueryState("new", parseAsBoolean.withDefault(false));
  const create = () => void setCreating(true);
  const button = useAddButton({
    id: "key.create",
    title: "Create an API key",
    group: "API keys",
    label: "Create key",
    may: canManage,
    run: create,
  });
  return (
    <SettingsPage
      title="API keys"
      lead="How agents and scripts come in. A key is shown once; here you see its last four characters."
      action={button}
    >
      {isKnown && !canManage ? <NoPermission what="see and make API keys" /> : null}
      {canManage ? <Keys onCreate={create} /> : null}
      {creating && canManage ? <CreateKeyDialog onClose={() => void setCreating(null)} /> : null}
    </SettingsPage>
  );
}

function Keys({ onCreate }: { onCreate: () => void }) {
  const [ended, setEnded] = useQueryState("ended", parseAsBoolean.withDefault(false));
  const query = useQuery(useTRPC().apiKeys.list.queryOptions({ ended }));
  return (
    <>
      <Loaded query={query} what="The keys" skeleton={<SkeletonRows count={4} label="Loading the keys" />}>
        {({ apiKeys }) =>
          apiKeys.length === 0 ? (
            <EmptyState
              icon={<KeyRound />}
              title="No key yet"
              action={
                <Button variant="primary" icon={<Plus className="size-4" />} onClick={onCreate}>
                  Create the first key
                </Button>
              }
            >
              Give each agent a key of its own, so that one can be taken away without touching the others.
            </EmptyState>
          ) : (
            <Section title={apiKeys.length === 1 ? "1 key" : `${apiKeys.length} keys`} flush>
              <Table label="API keys" columns={columns} rows={apiKeys} rowKey={({ id }) => id} />
            </Section>
          )
        }
      </Loaded>
      <Checkbox
        label="Also show revoked and expired keys"
        checked={ended}
        onCheckedChange={(next) => void setEnded(next || null)}
      />
    </>
  );
}

const columns: readonly Column<ApiKey>[] = [
  {
    id: "name",
    title: "Name",
    grow: true,
    cell: ({ name, lastFour, status, replacedById }) => (
      <span className="flex items-center gap-2 py-1.5">
        <span className="min-w-0">
          <span className="block truncate font-medium">{name}</span>
          <span className="block font-mono text-small text-faint">oc_…{lastFour}</span>
        </span>
        {replacedById && status === "active" ? <Badge tone="warning">Replaced</Badge> : null}
        {status === "active" ? null : <Badge tone={keyStatusWords[status].tone}>{keyStatusWords[status].label}</Badge>}
      </span>
    ),
  },
  {
    id: "holder",
    title: "Acts as",
    cell: ({ agent, createdBy }) => (
      <span className="inline-flex items-center gap-1.5">
        {agent ? (
          <AgentMark name={agent.name} size={16} decorative />
        ) : (
          <Avatar name={createdBy?.name ?? "?"} size={16} decorative />
        )}
        <span className="max-w-32 truncate">{agent?.name ?? createdBy?.name ?? "Nobody"}</span>
      </span>
    ),
  },
  {
    id: "scopes",
    title: "Scopes",
    wideOnly: true,
    cell: ({ scopes }) => <span className="text-muted">{scopes.map((each) => scopeWords[each].label).join(", ")}</span>,
  },
  { id: "created", title: "Created", wideOnly: true, cell: ({ createdAt }) => <When at={createdAt} /> },
  { id: "used", title: "Last used", cell: ({ lastUsedAt }) => <When at={lastUsedAt} never="Never" /> },
  { id: "expires", title: "Expires", wideOnly: true, cell: ({ expiresAt }) => <When at={expiresAt} never="Never" /> },
  {
    id: "actions",
    title: "Actions",
    hideTitle: true,
    align: "end",
    cell: (apiKey) => (
      <span className="inline-flex">
        <RotateKey apiKey={apiKey} />
        <RevokeKey apiKey={apiKey} />
      </span>
    ),
  },
];

function When({ at, never = "–" }: { at: string | null; never?: string }) {
  return <span className="text-muted">{at ? <RelativeTime at={at} /> : never}</span>;
}
