"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { ListChecks } from "lucide-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { parseAsArrayOf, parseAsBoolean, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useMemo, useState } from "react";
import { ShowOlder } from "#app/_features/settings/show-older.tsx";
import { taskStatuses } from "#db/enums.ts";
import { useTRPC, useTRPCClient } from "#app/_lib/trpc.tsx";
import { useListActions } from "#app/_shell/list-actions.ts";
import { taskHref } from "#app/_shell/rooms.ts";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Switch } from "#app/_ui/checkbox.tsx";
import { EmptyState, ErrorState } from "#app/_ui/empty-state.tsx";
import { FilterBar } from "#app/_ui/filter-bar.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { PriorityIcon, StatusIcon, statusFace } from "#app/_ui/status.tsx";
import { type Column, Table } from "#app/_ui/table.tsx";
import type { Card } from "#server/tasks/schema.ts";
import { wordsOfError } from "./task-commands.ts";
import { usePeek } from "./use-peek.ts";
import { useTaskFilters } from "./use-task-filters.tsx";
import { useWork } from "./work-context.tsx";

const TaskPeek = dynamic(() => import("./task-peek.tsx").then((module) => module.TaskPeek), { ssr: false });
const noTags: readonly string[] = [];

/** Every task of a team, archived ones too, found by words and filters; as many as there are. */
export function TaskList() {
  const { team, orgSlug } = useWork();
  const router = useRouter();
  const trpc = useTRPC();
  const api = useTRPCClient();
  const { filters, state, input } = useTaskFilters(noTags);
  const [more, setMore] = useQueryStates(
    {
      status: parseAsArrayOf(parseAsStringLiteral(taskStatuses)).withDefault([]),
      archived: parseAsBoolean.withDefault(false),
    },
    { history: "replace" },
  );
  const asked = {
    teamId: team.id,
    ...input,
    ...(more.status.length > 0 ? { status: more.status } : {}),
    ...(more.archived ? { archived: true } : {}),
  };
  const list = useInfiniteQuery({
    queryKey: [...trpc.tasks.list.queryKey(asked), "pages"],
    queryFn: ({ pageParam, signal }) =>
      api.tasks.list.query({ ...asked, limit: 100, ...(pageParam ? { before: pageParam } : {}) }, { signal }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  const tasks = useMemo(() => list.data?.pages.flatMap((page) => page.tasks) ?? [], [list.data]);
  const [selected, setSelected] = useState<string | null>(null);
  const { peeked, setPeeked } = usePeek();
  const numberOf = (id: string) => tasks.find((task) => task.id === id)?.number ?? null;
  const open = (id: string) => router.push(taskHref(orgSlug, numberOf(id) ?? 0));
  useListActions({
    noun: "task",
    keys: tasks.map(({ id }) => id),
    selected,
    onSelect: (id) => {
      setSelected(id);
      if (peeked !== null) setPeeked(numberOf(id));
    },
    onOpen: open,
    onPeek: (id) => setPeeked(peeked === null ? numberOf(id) : null),
  });
  const status = {
    key: "status",
    label: "Status",
    options: taskStatuses.map((value) => ({
      value,
      label: statusFace({ status: value }).label,
      icon: <StatusIcon status={value} decorative />,
    })),
  };
  const withStatus = {
    ...state,
    chosen: { ...state.chosen, status: more.status },
    isActive: state.isActive || more.status.length > 0,
    choose: (key: string, values: readonly string[]) =>
      key === "status"
        ? void setMore({ status: taskStatuses.filter((each) => values.includes(each)) })
        : state.choose(key, values),
    clear: () => {
      state.clear();
      void setMore({ status: null });
    },
  };
  return (
    <div className="flex h-full min-h-0">
      <div className="flex min-w-0 grow flex-col">
        <h1 className="sr-only">{`Tasks of ${team.name}`}</h1>
        <FilterBar
          filters={[status, ...filters]}
          state={withStatus}
          searchLabel="Search tasks"
          end={
            <Switch
              label="Archived"
              checked={more.archived}
              onCheckedChange={(archived) => void setMore({ archived })}
            />
          }
        />
        <div className="min-h-0 grow overflow-y-auto border-t">
          {list.error ? <ErrorState title="The tasks could not be read">{wordsOfError(list.error)}</ErrorState> : null}
          {list.isPending ? <SkeletonRows count={12} label="Loading tasks" /> : null}
          {list.data && tasks.length === 0 ? (
            <EmptyState
              icon={<ListChecks />}
              title="Nothing matches"
              action={withStatus.isActive ? <Button onClick={withStatus.clear}>Clear the filters</Button> : null}
            >
              {more.archived
                ? "No archived task is like this."
                : "No task is like this. Archived ones are shown with the switch above."}
            </EmptyState>
          ) : null}
          {tasks.length > 0 ? (
            <Table
              label="Tasks"
              columns={columns}
              rows={tasks}
              rowKey={({ id }) => id}
              selected={selected}
              onSelect={(id) => {
                setSelected(id);
                setPeeked(numberOf(id));
              }}
              onOpen={open}
            />
          ) : null}
          <ShowOlder query={list} label="Show more" />
        </div>
      </div>
      {peeked === null ? null : <TaskPeek number={peeked} onClose={() => setPeeked(null)} />}
    </div>
  );
}

const columns: readonly Column<Card>[] = [
  { id: "status", title: "Status", hideTitle: true, cell: ({ status }) => <StatusIcon status={status} /> },
  { id: "number", title: "Task", cell: ({ number }) => <span className="text-muted">#{number}</span> },
  { id: "title", title: "Title", grow: true, cell: ({ title }) => title },
  { id: "priority", title: "Priority", hideTitle: true, cell: ({ priority }) => <PriorityIcon priority={priority} /> },
  {
    id: "assignee",
    title: "Assignee",
    wideOnly: true,
    cell: ({ assignee }) => (assignee ? <Assignee {...assignee} /> : <span className="text-faint">–</span>),
  },
  {
    id: "updated",
    title: "Changed",
    wideOnly: true,
    align: "end",
    cell: ({ updatedAt }) => <RelativeTime at={updatedAt} />,
  },
];

function Assignee({ kind, name }: NonNullable<Card["assignee"]>) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <ActorAvatar kind={kind} name={name} size={16} decorative />
      {name}
    </span>
  );
}
