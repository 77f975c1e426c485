"use client";

import { useQuery } from "@tanstack/react-query";
import { Plug, Plus } from "lucide-react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { McpServerRow } from "./mcp-server-row.tsx";

/** The attached servers with how they are. They are asked every half minute, which is no event: the page asks too. */
export function McpServers({ canManage, onAdd }: { canManage: boolean; onAdd: () => void }) {
  const query = useQuery({ ...useTRPC().mcpServers.list.queryOptions({}), refetchInterval: 5_000 });
  return (
    <Loaded query={query} what="The servers" skeleton={<SkeletonRows count={3} label="Loading the servers" />}>
      {({ servers }) => (
        <Section title={servers.length === 0 ? "MCP servers" : `MCP servers (${servers.length})`} flush>
          {servers.length === 0 ? (
            <EmptyState
              icon={<Plug />}
              title="Nothing is attached yet"
              action={
                canManage ? (
                  <Button variant="primary" icon={<Plus className="size-4" />} onClick={onAdd}>
                    Attach the first server
                  </Button>
                ) : null
              }
            >
              An MCP server brings tools of its own: an issue tracker, a database, a browser. Attach one, read what its
              tools say of themselves, and accept the ones you want.
            </EmptyState>
          ) : (
            <ul aria-label="MCP servers">
              {servers.map((server) => (
                <McpServerRow key={server.id} server={server} canManage={canManage} />
              ))}
            </ul>
          )}
        </Section>
      )}
    </Loaded>
  );
}
