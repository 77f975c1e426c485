"use client";

import { Check } from "lucide-react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Button } from "#app/_ui/button.tsx";
import type { McpServer } from "#server/mcp-servers/schema.ts";

/** The tools of a server. What is new, or describes itself differently than when it was accepted, waits for a person. */
export function AttachedTools({ server, canManage }: { server: McpServer; canManage: boolean }) {
  const { id, name, tools } = server;
  const waiting = tools.filter(({ state }) => state !== "accepted");
  const accept = useChange(useTRPC().mcpServers.accept.mutationOptions(), {
    done: () => `Models may use these tools of ${name} now`,
    refused: "Nothing was accepted",
  });
  // By the hash of what stands on this page: a description that changed since it was read is not accepted with it.
  const send = (chosen: McpServer["tools"]) =>
    void accept.apply({ serverId: id, tools: Object.fromEntries(chosen.map((tool) => [tool.name, tool.hash])) });
  return (
    <div className="mt-2 flex flex-col gap-2">
      {waiting.length > 0 ? (
        <div className="flex flex-wrap items-center gap-2 rounded-md border border-warning-line bg-warning-soft px-3 py-2 text-app">
          <p className="min-w-0 grow">
            {waiting.length === 1
              ? "1 tool waits for a person to read and accept what it says of itself. Until then no model is offered it."
              : `${waiting.length} tools wait for a person to read and accept what they say of themselves. Until then no model is offered them.`}
          </p>
          {canManage ? (
            <Button
              size="sm"
              icon={<Check className="size-3.5" />}
              loading={accept.isPending}
              onClick={() => send(waiting)}
            >
              Accept {waiting.length === 1 ? "it" : `all ${waiting.length}`}
            </Button>
          ) : null}
        </div>
      ) : null}
      <details open={waiting.length > 0 ? true : undefined}>
        <summary className="w-fit cursor-pointer rounded-sm text-small text-muted hover:text-ink">
          {tools.length === 1 ? "1 tool" : `${tools.length} tools`}
        </summary>
        <ul aria-label={`Tools of ${name}`} className="mt-1 rounded-md border">
          {tools.map((tool) => (
            <li key={tool.name} className="flex items-start gap-2 border-b px-3 py-2 last:border-b-0">
              <div className="min-w-0 grow">
                <p className="flex flex-wrap items-center gap-2">
                  <span className="min-w-0 font-mono text-small break-all">{tool.fullName}</span>
                  <Badge tone={tool.isReadOnly ? "neutral" : "info"}>
                    {tool.isReadOnly ? "Says it only reads" : "Acts outside"}
                  </Badge>
                  {tool.state === "accepted" ? null : (
                    <Badge tone="warning">{tool.state === "new" ? "New" : "Description changed"}</Badge>
                  )}
                </p>
                {/* Somebody else's words: shown as they are, never rendered. */}
                <p className="mt-0.5 max-h-40 overflow-y-auto text-small break-words whitespace-pre-wrap text-muted">
                  {tool.description || "It says nothing of itself."}
                </p>
              </div>
              {canManage && tool.state !== "accepted" && waiting.length > 1 ? (
                <Button size="sm" aria-label={`Accept ${tool.name}`} onClick={() => send([tool])}>
                  Accept
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}
