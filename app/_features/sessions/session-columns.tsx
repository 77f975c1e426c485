import { taskHref } from "#app/_shell/rooms.ts";
import { AgentMark } from "#app/_ui/agent-mark.tsx";
import { Link } from "#app/_ui/link.tsx";
import { money, tokenCount } from "#app/_ui/format.ts";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { StatusBadge } from "#app/_ui/status.tsx";
import type { Column } from "#app/_ui/table.tsx";
import type { Session } from "#server/sessions/schema.ts";

type Naming = { orgSlug: string; hrefOf: (id: string) => string; nameOf: (kind: string | null) => string };

/** What a list says of a session. */
export function sessionColumns({ orgSlug, hrefOf, nameOf }: Naming): readonly Column<Session>[] {
  return [
    {
      id: "status",
      title: "Status",
      cell: ({ status }) => <StatusBadge of="session" status={status} plain />,
    },
    { id: "name", title: "Session", grow: true, cell: ({ id, name }) => <Link href={hrefOf(id)}>{name}</Link> },
    {
      id: "task",
      title: "Task",
      wideOnly: true,
      cell: ({ task }) => (task ? <Link href={taskHref(orgSlug, task.number)}>#{task.number}</Link> : null),
    },
    {
      id: "agent",
      title: "Agent",
      wideOnly: true,
      cell: ({ agentKind }) => (
        <span className="flex items-center gap-1.5 text-muted">
          <AgentMark name={nameOf(agentKind)} size={16} decorative />
          {nameOf(agentKind)}
        </span>
      ),
    },
    {
      id: "used",
      title: "Tokens",
      align: "end",
      wideOnly: true,
      cell: (session) => (
        <span className="text-muted tabular-nums">
          {tokenCount(session.inputTokens + session.outputTokens + session.cacheReadTokens + session.cacheWriteTokens)}
        </span>
      ),
    },
    {
      id: "cost",
      title: "Cost",
      align: "end",
      cell: ({ costMicros }) => <span className="tabular-nums">{money(costMicros)}</span>,
    },
    {
      id: "started",
      title: "Started",
      wideOnly: true,
      cell: ({ startedAt }) => (
        <span className="text-muted">
          <RelativeTime at={startedAt} />
        </span>
      ),
    },
  ];
}
