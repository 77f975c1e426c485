"use client";

import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useMemo, useState } from "react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { useGraphLayout } from "#app/_features/tasks/use-graph-layout.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useIsPhone } from "#app/_lib/use-is-phone.ts";
import { taskHref } from "#app/_shell/rooms.ts";
import { money } from "#app/_ui/format.ts";
import { Skeleton, SkeletonRows } from "#app/_ui/skeleton.tsx";
import { StatusBadge, StatusIcon } from "#app/_ui/status.tsx";
import { type Column, Table } from "#app/_ui/table.tsx";
import type { PlanRun as Run } from "#server/plans/schema.ts";
import { span } from "./plan-words.ts";
import { RetryTasks } from "./retry-tasks.tsx";

const PlanCanvas = dynamic(() => import("./plan-canvas.tsx").then((module) => module.PlanCanvas), {
  ssr: false,
  loading: () => <Skeleton className="h-full w-full" />,
});

type Node = Run["nodes"][number];

/** An approved plan as it goes: who works on what, what it costs, what waits for what. Live. */
export function PlanRun({ orgSlug, planId, canRetry }: { orgSlug: string; planId: string; canRetry: boolean }) {
  const query = useQuery(useTRPC().plans.run.queryOptions({ planId }));
  return (
    <Loaded
      query={query}
      what="The plan's tasks"
      skeleton={<SkeletonRows count={6} label="Loading the plan's tasks" />}
    >
      {(run) => (
        <>
          {canRetry ? (
            <RetryTasks planId={planId} failed={run.nodes.filter(({ status }) => status === "failed")} />
          ) : null}
          <RunView orgSlug={orgSlug} run={run} />
        </>
      )}
    </Loaded>
  );
}

function RunView({ orgSlug, run: { nodes, edges } }: { orgSlug: string; run: Run }) {
  const router = useRouter();
  const isPhone = useIsPhone();
  const [selected, setSelected] = useState<string | null>(null);
  const layout = useGraphLayout(useMemo(() => ({ nodes: nodes.map(({ id }) => id), edges }), [nodes, edges]));
  const boxes = useMemo(() => nodes.map(boxOf), [nodes]);
  const open = (id: string) => {
    const number = nodes.find((node) => node.id === id)?.number;
    if (number !== undefined) router.push(taskHref(orgSlug, number));
  };
  return (
    <div className="flex shrink-0 max-lg:flex-col lg:min-h-96 lg:shrink lg:grow">
      <div className="min-h-40 overflow-y-auto lg:w-3/5 lg:border-r">
        <Table
          label="Tasks of the plan"
          columns={columns(orgSlug, nodes)}
          rows={nodes}
          rowKey={({ id }) => id}
          selected={selected}
          onSelect={setSelected}
          onOpen={open}
        />
      </div>
      {isPhone ? null : (
        <div role="region" aria-label="Graph of the plan" className="min-h-80 grow">
          {layout ? (
            <PlanCanvas boxes={boxes} edges={edges} layout={layout} chosen={selected} onChoose={setSelected} />
          ) : null}
        </div>
      )}
    </div>
  );
}

const active: readonly Node["status"][] = ["in_progress", "blocked", "in_review", "in_approval", "merging"];

function boxOf(node: Node) {
  const { id, number, title, status, agent, costMicros, asks } = node;
  return {
    ...{ key: id, title },
    tone:
      status === "done" || status === "cancelled"
        ? ("done" as const)
        : active.includes(status)
          ? ("active" as const)
          : ("plain" as const),
    above: (
      <>
        <StatusIcon status={status} />#{number}
        <span className="truncate">
          {asks ? "waits for an answer" : status === "todo" ? waitingWords(node) : (agent ?? "")}
        </span>
        <span className="grow" />
        {costMicros > 0 ? money(costMicros) : null}
      </>
    ),
  };
}

const waitingWords = ({ waitsFor }: Node): string =>
  waitsFor.length === 0
    ? "ready"
    : `waits for ${waitsFor
        .slice(0, 3)
        .map((number) => `#${number}`)
        .join(" ")}${waitsFor.length > 3 ? " …" : ""}`;

function nowWords(node: Node): string {
  const now = node.asks ? `asks: ${node.asks.title}` : node.status === "todo" ? waitingWords(node) : (node.agent ?? "");
  return node.blocks > 0 && node.status !== "done" ? `${now}, ${node.blocks} behind it` : now;
}

const costOf = ({ costMicros }: Node) => (costMicros > 0 ? money(costMicros) : "");

const columns = (orgSlug: string, nodes: readonly Node[]): readonly Column<Node>[] => [
  {
    id: "title",
    title: "Task",
    grow: true,
    cell: ({ number, title }) => (
      <Link href={taskHref(orgSlug, number)} className="rounded-sm hover:underline">
        <span className="text-muted">#{number}</span> {title}
      </Link>
    ),
  },
  { id: "status", title: "Status", cell: ({ status }) => <StatusBadge plain status={status} /> },
  {
    id: "now",
    title: "Now",
    wideOnly: true,
    cell: (node) => (
      <span className="block max-w-52 truncate text-muted" title={nowWords(node)}>
        {nowWords(node)}
      </span>
    ),
  },
  {
    ...{ id: "time", title: "Time", align: "end", wideOnly: true },
    cell: ({ minutes }) => (minutes === null ? "" : span(minutes)),
  },
  // A crew that costs nothing needs no column for it.
  ...(nodes.some(({ costMicros }) => costMicros > 0)
    ? [{ id: "cost", title: "Cost", align: "end" as const, cell: costOf }]
    : []),
];
