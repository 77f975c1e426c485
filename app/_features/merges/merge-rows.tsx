"use client";

import Link from "next/link";
import { taskHref } from "#app/_shell/rooms.ts";
import { duration } from "#app/_ui/format.ts";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { StatusBadge } from "#app/_ui/status.tsx";
import { type Column, Table } from "#app/_ui/table.tsx";
import type { Merge } from "./merge-type.ts";

type MergeRowsProps = {
  orgSlug: string;
  label: string;
  merges: readonly Merge[];
  selected?: string | null;
  onSelect?: (id: string) => void;
  onOpen?: (id: string) => void;
};

/** Merges that ended: what, how it went, how long it took. */
export function MergeRows({ orgSlug, label, merges, ...selection }: MergeRowsProps) {
  return <Table label={label} columns={columns(orgSlug)} rows={merges} rowKey={({ id }) => id} {...selection} />;
}

function columns(orgSlug: string): readonly Column<Merge>[] {
  return [
    {
      id: "task",
      title: "Task",
      grow: true,
      cell: ({ task }) => (
        <Link href={taskHref(orgSlug, task.number)} className="rounded-sm hover:underline">
          <span className="font-mono text-small text-faint">#{task.number}</span> {task.title}
        </Link>
      ),
    },
    { id: "result", title: "Result", cell: ({ status }) => <StatusBadge of="merge" status={status} plain /> },
    { id: "repo", title: "Repo", wideOnly: true, cell: ({ repo }) => repo.name },
    {
      id: "commit",
      title: "Commit",
      wideOnly: true,
      cell: ({ mergeCommit, commit }) => (
        <span className="font-mono text-small text-muted">{(mergeCommit ?? commit).slice(0, 8)}</span>
      ),
    },
    { id: "took", title: "Took", align: "end", cell: (merge) => <Took merge={merge} /> },
    {
      id: "at",
      title: "Ended",
      align: "end",
      wideOnly: true,
      cell: ({ finishedAt }) => (finishedAt ? <RelativeTime at={finishedAt} /> : "–"),
    },
  ];
}

function Took({ merge: { startedAt, finishedAt } }: { merge: Merge }) {
  if (!startedAt || !finishedAt) return "–";
  return duration((new Date(finishedAt).getTime() - new Date(startedAt).getTime()) / 1000);
}
