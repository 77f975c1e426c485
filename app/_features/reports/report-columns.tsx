import { reportHref, taskHref } from "#app/_shell/rooms.ts";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Link } from "#app/_ui/link.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { Column } from "#app/_ui/table.tsx";
import type { Report } from "#server/reports/schema.ts";
import { reportWords, sizeText } from "./report-words.ts";

/** What the list says of a report. */
export function reportColumns(orgSlug: string): readonly Column<Report>[] {
  return [
    {
      id: "name",
      title: "Report",
      grow: true,
      cell: ({ id, name, isShared }) => (
        <span className="flex min-w-0 items-center gap-2">
          <Link className="truncate" href={reportHref(orgSlug, id)}>
            {name}
          </Link>
          {isShared ? <Badge>Shared</Badge> : null}
        </span>
      ),
    },
    { id: "kind", title: "Kind", cell: ({ kind }) => <span className="text-muted">{reportWords[kind]}</span> },
    {
      id: "task",
      title: "Task",
      wideOnly: true,
      cell: ({ task }) => (task ? <Link href={taskHref(orgSlug, task.number)}>#{task.number}</Link> : null),
    },
    {
      id: "by",
      title: "Left by",
      wideOnly: true,
      cell: ({ createdBy: { kind, name } }) => (
        <span className="flex items-center gap-1.5 text-muted">
          {kind === "system" ? null : <ActorAvatar kind={kind} name={name} />}
          {name}
        </span>
      ),
    },
    {
      id: "size",
      title: "Size",
      align: "end",
      wideOnly: true,
      cell: ({ size }) => <span className="text-muted tabular-nums">{sizeText(size)}</span>,
    },
    {
      id: "at",
      title: "Left",
      cell: ({ createdAt }) => (
        <span className="text-muted">
          <RelativeTime at={createdAt} />
        </span>
      ),
    },
  ];
}
