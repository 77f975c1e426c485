"use client";

import { Badge } from "#app/_ui/badge.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { McpServer } from "#server/mcp-servers/schema.ts";
import { AttachedTools } from "./attached-tools.tsx";
import { Health } from "#app/_features/resources/health.tsx";
import { ServerMenu } from "./server-menu.tsx";

/** One attached server: how it is, where it is, and its tools with what nobody has accepted yet. */
export function McpServerRow({ server, canManage }: { server: McpServer; canManage: boolean }) {
  const { name, offeredTo, transport, url, command, args, secretNames, enabled, health } = server;
  return (
    <li aria-label={name} className="border-b px-4 py-3 last:border-b-0">
      <div className="flex items-start gap-3">
        <div className="min-w-0 grow">
          <p className="flex min-w-0 flex-wrap items-center gap-2">
            <span className="min-w-0 truncate text-app font-medium">{name}</span>
            <Badge>{transport === "http" ? "HTTP" : "Program"}</Badge>
            {offeredTo ? (
              <Badge>
                {offeredTo.agentIds.length === 1 ? "For 1 agent" : `For ${offeredTo.agentIds.length} agents`}
              </Badge>
            ) : null}
            {enabled ? <Health status={health.status} /> : <Badge tone="warning">Switched off</Badge>}
          </p>
          <p className="mt-0.5 font-mono text-small break-all text-muted">
            {transport === "http" ? url : [command, ...args].join(" ")}
          </p>
          <p className="mt-0.5 text-small break-words text-muted">
            {secretNames.length > 0 ? `Opened with ${secretNames.join(", ")}. ` : ""}
            {health.checkedAt === null ? (
              "It is asked within half a minute."
            ) : (
              <>
                {health.detail}. Asked <RelativeTime at={health.checkedAt} />.
              </>
            )}
          </p>
        </div>
        {canManage ? <ServerMenu server={server} /> : null}
      </div>
      {server.tools.length > 0 ? <AttachedTools server={server} canManage={canManage} /> : null}
    </li>
  );
}
