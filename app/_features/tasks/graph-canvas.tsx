"use client";

import {
  Background,
  BaseEdge,
  Controls,
  type Edge,
  type EdgeProps,
  Handle,
  MiniMap,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import "./graph.css";
import clsx from "clsx";
import { useTheme } from "next-themes";
import { useMemo, useRef } from "react";
import { PriorityIcon, StatusIcon } from "#app/_ui/status.tsx";
import type { Card } from "#server/tasks/schema.ts";
import { isReady } from "./graph-facts.ts";
import { firstView, type Layout, nodeSize } from "./graph-layout.ts";
import { LeaseState } from "./task-card.tsx";

type TaskNode = Node<{ card: Card; isPeeked: boolean }, "task">;
type GraphCanvasProps = {
  cards: readonly Card[];
  edges: readonly { from: string; to: string }[];
  layout: Layout;
  peeked: number | null;
  onPeek: (number: number) => void;
};

const nodeTypes = { task: TaskBox };
const edgeTypes = { routed: RoutedEdge };

/** The drawing itself, loaded when a graph is looked at. The list beside it is the way without a mouse. */
export function GraphCanvas({ cards, edges, layout, peeked, onPeek }: GraphCanvasProps) {
  const { resolvedTheme } = useTheme();
  const frame = useRef<HTMLDivElement>(null);
  const nodes = useMemo(
    () =>
      cards.flatMap((card): TaskNode[] => {
        const position = layout.places[card.id];
        return position
          ? [{ id: card.id, type: "task", position, data: { card, isPeeked: card.number === peeked }, ...nodeSize }]
          : [];
      }),
    [cards, layout, peeked],
  );
  const lines = useMemo(() => {
    const done = new Set(cards.filter(({ status }) => status === "done").map(({ id }) => id));
    return edges.map(
      ({ from, to }): Edge => ({
        id: `${from}-${to}`,
        type: "routed",
        data: { path: layout.paths[`${from}-${to}`] ?? "" },
        source: from,
        target: to,
        className: done.has(from) ? "edge-done" : "edge-open",
      }),
    );
  }, [cards, edges, layout]);
  return (
    <ReactFlow
      ref={frame}
      nodes={nodes}
      edges={lines}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      colorMode={resolvedTheme === "dark" ? "dark" : "light"}
      onNodeClick={(_event, node) => onPeek(node.data.card.number)}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      nodesFocusable={false}
      onlyRenderVisibleElements
      onInit={(flow) => {
        if (frame.current) void flow.setViewport(firstView(layout, frame.current.getBoundingClientRect()));
      }}
      minZoom={0.1}
      maxZoom={1.5}
      proOptions={{ hideAttribution: true }}
    >
      <Background gap={24} size={1} />
      <Controls showInteractive={false} />
      {cards.length > 40 ? <MiniMap pannable zoomable /> : null}
    </ReactFlow>
  );
}

/** An edge as the layout has led it. */
function RoutedEdge({ data }: EdgeProps) {
  return <BaseEdge path={typeof data?.path === "string" ? data.path : ""} />;
}

function TaskBox({ data: { card, isPeeked } }: NodeProps<TaskNode>) {
  return (
    <div
      style={nodeSize}
      title={`#${card.number} ${card.title}`}
      className={clsx(
        "flex flex-col justify-center gap-0.5 rounded-md border bg-surface px-2.5",
        isPeeked ? "border-focus" : isReady(card) ? "border-accent-line bg-accent-soft" : "hover:border-line-strong",
        (card.status === "done" || card.status === "cancelled") && "opacity-70",
      )}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <span className="flex h-5 items-center gap-1.5 text-small text-muted">
        <StatusIcon status={card.status} />#{card.number}
        <PriorityIcon priority={card.priority} />
        {isReady(card) ? <span className="font-medium text-accent-text">Ready</span> : null}
        <span className="grow" />
        {card.lease ? (
          <LeaseState since={card.lease.since} expiresAt={card.lease.expiresAt} holder={card.lease.holder.name} />
        ) : null}
      </span>
      <span className="truncate text-app font-medium">{card.title}</span>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}
