"use client";

import { useQuery } from "@tanstack/react-query";
import { List, Workflow } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useMemo, useState } from "react";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useIsPhone } from "#app/_lib/use-is-phone.ts";
import { useListActions } from "#app/_shell/list-actions.ts";
import { roomHref, taskHref } from "#app/_shell/rooms.ts";
import { buttonClass } from "#app/_ui/button.tsx";
import { EmptyState, ErrorState } from "#app/_ui/empty-state.tsx";
import { Segmented } from "#app/_ui/segmented.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import { StatusBadge } from "#app/_ui/status.tsx";
import { type Column, Table } from "#app/_ui/table.tsx";
import type { Card } from "#server/tasks/schema.ts";
import { inOrder, isReady, wavesOf } from "./graph-facts.ts";
import { wordsOfError } from "./task-commands.ts";
import { useGraphLayout } from "./use-graph-layout.ts";
import { usePeek } from "./use-peek.ts";
import { useWork } from "./work-context.tsx";

const GraphCanvas = dynamic(() => import("./graph-canvas.tsx").then((module) => module.GraphCanvas), {
  ssr: false,
  loading: () => <GraphSkeleton />,
});
const TaskPeek = dynamic(() => import("./task-peek.tsx").then((module) => module.TaskPeek), { ssr: false });
const views = ["graph", "list"] as const;

/** What waits for what in a team: a drawing to see, and the same as a list in the order it can be done. */
export function Graph() {
  const { team, orgSlug } = useWork();
  const trpc = useTRPC();
  const { data, error } = useQuery(trpc.tasks.graph.queryOptions({ teamId: team.id }));
  const isPhone = useIsPhone();
  const [chosen, setView] = useQueryState("view", parseAsStringLiteral(views).withOptions({ history: "replace" }));
  // A drawing of a hundred tasks is no use on a phone: there the waves come first.
  const view = chosen ?? (isPhone ? "list" : "graph");
  const { peeked, setPeeked } = usePeek();
  const shape = useMemo(() => data && { nodes: data.nodes.map(({ id }) => id), edges: data.edges }, [data]);
  const layout = useGraphLayout(shape);
  const order = useMemo(() => (data ? inOrder(data.nodes, data.edges) : []), [data]);
  if (error && !data) return <ErrorState title="The graph could not be read">{wordsOfError(error)}</ErrorState>;
  const ready = order.filter(isReady).length;
  return (
    <div className="flex h-full min-h-0">
      <div className="flex min-w-0 grow flex-col">
        <header className="flex min-h-11 flex-wrap items-center gap-3 px-3 py-1.5">
          <h1 className="text-title font-semibold">Graph</h1>
          {data ? (
            <p role="status" className="text-app text-muted">
              {data.nodes.length} {data.nodes.length === 1 ? "task" : "tasks"}, {ready} ready to start
            </p>
          ) : null}
          <div className="ml-auto">
            <Segmented
              label="View"
              value={view}
              onValueChange={(next) => void setView(next)}
              options={[
                { value: "graph", label: "Graph", icon: <Workflow /> },
                { value: "list", label: "List", icon: <List /> },
              ]}
            />
          </div>
        </header>
        {data && data.nodes.length === 0 ? (
          <EmptyState
            icon={<Workflow />}
            title="No tasks yet"
            action={
              <Link href={roomHref(orgSlug, team.id, "board")} className={buttonClass("primary")}>
                Go to the board
              </Link>
            }
          >
            Once tasks wait for each other, you see here what holds up what.
          </EmptyState>
        ) : view === "list" ? (
          <GraphList order={order} edges={data?.edges ?? []} onPeek={setPeeked} />
        ) : data && layout ? (
          <div role="region" aria-label="Graph of the tasks" className="min-h-0 grow border-t">
            <GraphCanvas cards={data.nodes} edges={data.edges} layout={layout} peeked={peeked} onPeek={setPeeked} />
          </div>
        ) : (
          <GraphSkeleton />
        )}
        {view === "graph" ? (
          <p className="sr-only">The same as a list, for the keyboard and for screen readers: choose List above.</p>
        ) : null}
      </div>
      {peeked === null ? null : <TaskPeek number={peeked} onClose={() => setPeeked(null)} />}
    </div>
  );
}

type GraphListProps = {
  order: readonly Card[];
  edges: readonly { from: string; to: string }[];
  onPeek: (number: number) => void;
};

function GraphList({ order, edges, onPeek }: GraphListProps) {
  const { orgSlug } = useWork();
  const router = useRouter();
  const [selected, setSelected] = useState<string | null>(null);
  const cardOf = new Map(order.map((card) => [card.id, card]));
  const before = Map.groupBy(edges, ({ to }) => to);
  const waves = wavesOf(order, edges);
  const open = (id: string) => router.push(taskHref(orgSlug, cardOf.get(id)?.number ?? 0));
  const peek = (id: string) => onPeek(cardOf.get(id)?.number ?? 0);
  useListActions({
    noun: "task",
    keys: order.map(({ id }) => id),
    selected,
    onSelect: setSelected,
    onOpen: open,
    onPeek: peek,
  });
  const columns: Column<Card>[] = [
    { id: "wave", title: "Wave", align: "end", cell: ({ id }) => waves.get(id) },
    { id: "number", title: "Task", cell: ({ number }) => <span className="text-muted">#{number}</span> },
    { id: "title", title: "Title", grow: true, cell: ({ title }) => title },
    {
      id: "status",
      title: "Status",
      cell: (card) =>
        isReady(card) ? (
          <span className="font-medium text-accent-text">
            Ready<span className="max-sm:sr-only"> to start</span>
          </span>
        ) : (
          <StatusBadge plain status={card.status} />
        ),
    },
    {
      id: "waits",
      title: "Waits for",
      wideOnly: true,
      cell: ({ id }) => (
        <span className="text-muted">
          {(before.get(id) ?? []).map(({ from }) => `#${cardOf.get(from)?.number ?? "?"}`).join(" ") || "–"}
        </span>
      ),
    },
  ];
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <Table
        label="Tasks in the order they can be done"
        columns={columns}
        rows={order}
        rowKey={({ id }) => id}
        selected={selected}
        onSelect={(id) => {
          setSelected(id);
          peek(id);
        }}
        onOpen={open}
      />
    </div>
  );
}

/** The drawing before it is there. */
export function GraphSkeleton() {
  return (
    <div role="status" aria-label="Loading the graph" className="min-h-0 grow border-t p-6">
      <Skeleton className="h-full w-full" />
    </div>
  );
}
