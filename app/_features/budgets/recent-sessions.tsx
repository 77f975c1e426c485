"use client";

import { useQuery } from "@tanstack/react-query";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { taskHref } from "#app/_shell/rooms.ts";
import { Badge } from "#app/_ui/badge.tsx";
import { Link } from "#app/_ui/link.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { type Column, Table } from "#app/_ui/table.tsx";
import type { Session } from "#server/sessions/schema.ts";

/** The sessions of a team begun last, each with what it used. Nothing while there is none. */
export function RecentSessions({ orgSlug, teamId }: { orgSlug: string; teamId: string }) {
  const { data } = useQuery(useTRPC().sessions.list.queryOptions({ teamId, limit: 20 }));
  if (!data || data.sessions.length === 0) return null;
  return (
    <Section title="Latest sessions" flush>
      <Table label="Latest sessions" columns={columnsOf(orgSlug)} rows={data.sessions} rowKey={({ id }) => id} />
    </Section>
  );
}

function columnsOf(orgSlug: string): readonly Column<Session>[] {
  return [
    {
      id: "name",
      title: "Session",
      grow: true,
      cell: ({ name, task }) => (task ? <Link href={taskHref(orgSlug, task.number)}>{name}</Link> : name),
    },
    { id: "model", title: "Model", wideOnly: true, cell: ({ model }) => <span className="text-muted">{model}</span> },
    {
      id: "state",
      title: "State",
      cell: ({ status }) => <Badge tone={status === "ready" ? "success" : "neutral"}>{stateWords(status)}</Badge>,
    },
    { id: "used", title: "Used", align: "end", cell: ({ summary }) => <span className="tabular-nums">{summary}</span> },
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

const stateWords = (status: Session["status"]) =>
  status === "ready" ? "Open" : status.charAt(0).toUpperCase() + status.slice(1);
