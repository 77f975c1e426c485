"use client";

import { useQuery } from "@tanstack/react-query";
import { Box } from "lucide-react";
import { NoPermission } from "#app/_features/members/who-can-grant.tsx";
import { useMe } from "#app/_features/members/use-me.ts";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section, SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import type { sandboxList } from "#server/sandboxes/schema.ts";
import type { z } from "zod";
import { CacheRows } from "./cache-rows.tsx";
import { SandboxRow } from "./sandbox-row.tsx";

type Found = z.output<typeof sandboxList>;

/** What agents and terminals run in: what is there, what each uses of its limits, and the way to end one. */
export function SandboxesSettings() {
  const { can, isKnown } = useMe();
  const isAdmin = can("agents:manage");
  // Told by the worker every few seconds; that it looked is no event.
  const query = useQuery({
    ...useTRPC().sandboxes.list.queryOptions({}),
    refetchInterval: 5_000,
    enabled: isAdmin,
  });
  return (
    <SettingsPage
      title="Sandboxes"
      lead="Each session, and each working copy with an open terminal, has one: its own files, no network, and limits."
    >
      {isKnown && !isAdmin ? <NoPermission what="see the sandboxes" /> : null}
      {isAdmin ? (
        <Loaded query={query} what="The sandboxes" skeleton={<Skeleton className="h-96 w-full" />}>
          {(found) => (
            <>
              <ProviderState found={found} />
              <Section
                title="Now"
                lead="Files stay when one is stopped; the next message or terminal begins a new one."
                flush
              >
                {found.sandboxes.length === 0 ? (
                  <EmptyState icon={<Box />} title="Nothing runs">
                    A session’s sandbox appears here as soon as its agent starts.
                  </EmptyState>
                ) : (
                  <ul aria-label="Sandboxes">
                    {found.sandboxes.map((sandbox) => (
                      <SandboxRow key={sandbox.id} sandbox={sandbox} />
                    ))}
                  </ul>
                )}
              </Section>
              <Section
                title="Caches"
                lead="Packages and compilers’ results that set-ups and sessions keep for the next."
                flush
              >
                <CacheRows />
              </Section>
            </>
          )}
        </Loaded>
      ) : null}
    </SettingsPage>
  );
}

function ProviderState({ found: { provider, trouble } }: { found: Found }) {
  if (trouble)
    return (
      <Banner tone="danger" inset title="No sandbox can be made.">
        {trouble}
      </Banner>
    );
  if (!provider) return null;
  if (!provider.isolated)
    return (
      <Banner tone="danger" inset title="No isolation.">
        {provider.warning ?? "Code of agents can read and change what the server can."} Whoever runs the server switched
        this on with ENTOURAGE_SANDBOX=process; it is for development only.
      </Banner>
    );
  return (
    <Banner tone="success" inset title={`Made with ${provider.name}.`}>
      {provider.detail.replace(`${provider.name}: `, "").replace(/^bubblewrap works/, "It works")}
    </Banner>
  );
}
