"use client";

import { Background, Controls, type Edge, Handle, type Node, type NodeProps, Position, ReactFlow } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import "#app/_features/tasks/graph.css";
import clsx from "clsx";
import { useTheme } from "next-themes";
import { useMemo, useRef } from "react";
import { firstView, type Layout, nodeSize } from "#app/_features/tasks/graph-layout.ts";

/** A box of the drawing: a task of a draft, or one on the board. */
export type Box = {
  key: string;
  title: string;
  above: React.ReactNode;
  tone: "plain" | "active" | "done" | "critical";
};
type BoxNode = Node<{ box: Box; isChosen: boolean; canConnect: boolean }, "box">;

type PlanCanvasProps = {
  boxes: readonly Box[];
  edges: readonly { from: string; to: string }[];
  layout: Layout;
  chosen: string | null;
  onChoose: (key: string) => void;
  /** Left out: nothing is changed by drawing. */
  onConnect?: (from: string, to: string) => void;
  onDisconnect?: (from: string, to: string) => void;
};

const nodeTypes = { box: TaskBox };

/** The graph of a plan. Edges are drawn from the right side of what comes first to the left side of what waits. */
export function PlanCanvas({ boxes, edges, layout, chosen, onChoose, onConnect, onDisconnect }: PlanCanvasProps) {
  const { resolvedTheme } = useTheme();
  const frame = useRef<HTMLDivElement>(null);
  const canConnect = onConnect !== undefined;
  const nodes = useMemo(
    () =>
      boxes.flatMap((box): BoxNode[] => {
        const position = layout.places[box.key];
        const data = { box, isChosen: box.key === chosen, canConnect };
        return position ? [{ id: box.key, type: "box", position, data, deletable: false, ...nodeSize }] : [];
      }),
    [boxes, layout, chosen, canConnect],
  );
  const lines = useMemo(
    () =>
      edges.map(({ from, to }): Edge => ({ id: `${from}-${to}`, source: from, target: to, className: "edge-open" })),
    [edges],
  );
  return (
    <ReactFlow
      ref={frame}
      nodes={nodes}
      edges={lines}
      nodeTypes={nodeTypes}
      colorMode={resolvedTheme === "dark" ? "dark" : "light"}
      onNodeClick={(_event, node) => onChoose(node.id)}
      onConnect={({ source, target }) => onConnect?.(source, target)}
      onEdgesDelete={(gone) => {
        for (const { source, target } of gone) onDisconnect?.(source, target);
      }}
      deleteKeyCode={canConnect ? ["Backspace", "Delete"] : null}
      nodesDraggable={false}
      nodesConnectable={canConnect}
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
    </ReactFlow>
  );
}

function TaskBox({ data: { box, isChosen, canConnect } }: NodeProps<BoxNode>) {
  const handle = canConnect ? "plan-handle" : undefined;
  return (
    <div
      style={nodeSize}
      title={box.title}
      className={clsx(
        "flex flex-col justify-center gap-0.5 rounded-md border bg-surface px-2.5",
        isChosen && "border-focus",
        !isChosen && box.tone === "active" && "border-accent-line bg-accent-soft",
        !isChosen && box.tone === "critical" && "border-line-strong",
        box.tone === "done" && "opacity-70",
      )}
    >
      <Handle type="target" position={Position.Left} isConnectable={canConnect} className={handle} />
      <span className="flex h-5 items-center gap-1.5 text-small text-muted">{box.above}</span>
      <span className="truncate text-app font-medium">{box.title}</span>
      <Handle type="source" position={Position.Right} isConnectable={canConnect} className={handle} />
    </div>
  );
}
