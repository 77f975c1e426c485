import dagre, { type EdgeLabel, type GraphLabel, type NodeLabel } from "@dagrejs/dagre";

export const nodeSize = { width: 232, height: 60 };

export type GraphShape = { nodes: readonly string[]; edges: readonly { from: string; to: string }[] };
type Point = { x: number; y: number };
/** The upper left corner of each task, and the path of each edge by `from-to`, which passes behind no task. */
export type Layout = { places: Record<string, Point>; paths: Record<string, string> };

/** Where each task stands: what must be done first stands to the left. The same graph always gets the same layout. */
export function layOut({ nodes, edges }: GraphShape): Layout {
  const graph = new dagre.graphlib.Graph<GraphLabel, NodeLabel, EdgeLabel>();
  graph.setGraph({ rankdir: "LR", nodesep: 16, ranksep: 56, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of nodes) graph.setNode(id, { ...nodeSize });
  for (const { from, to } of edges) graph.setEdge(from, to);
  dagre.layout(graph);
  const centerOf = (id: string): Point => {
    const { x = 0, y = 0 } = graph.node(id);
    return { x, y };
  };
  const columns = new Set(nodes.map((id) => Math.round(centerOf(id).x)));
  return {
    places: Object.fromEntries(
      nodes.map((id) => {
        const { x, y } = centerOf(id);
        return [id, { x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 }];
      }),
    ),
    paths: Object.fromEntries(
      edges.map(({ from, to }) => {
        const [start, end] = [centerOf(from), centerOf(to)];
        const points: Point[] = graph.edge(from, to).points ?? [];
        // Where it crosses a column of tasks, the layout has left it a place of its own in that column.
        const crossings = points.filter(({ x }) => x > start.x + 1 && x < end.x - 1 && columns.has(Math.round(x)));
        return [`${from}-${to}`, pathThrough(start, crossings, end)];
      }),
    ),
  };
}

/** Below this its words cannot be read. */
const leastZoom = 0.6;
const margin = 24;

/**
 * Where one looks first: at the whole graph in the middle of the screen where it can be read as small as that, else at its
 * beginning, on the left and at the top.
 */
export function firstView({ places }: Layout, screen: { width: number; height: number }) {
  const all = Object.values(places);
  const [left, top] = [Math.min(...all.map(({ x }) => x)), Math.min(...all.map(({ y }) => y))];
  const width = Math.max(...all.map(({ x }) => x + nodeSize.width)) - left;
  const height = Math.max(...all.map(({ y }) => y + nodeSize.height)) - top;
  if (all.length === 0) return { x: 0, y: 0, zoom: 1 };
  const fitting = Math.min((screen.width - 2 * margin) / width, (screen.height - 2 * margin) / height);
  const zoom = Math.min(1, Math.max(leastZoom, fitting));
  const begin = (room: number, size: number) => Math.max(margin, (room - size * zoom) / 2);
  return { x: begin(screen.width, width) - left * zoom, y: begin(screen.height, height) - top * zoom, zoom };
}

/** Straight across each column, and curved only in the gaps between them, where no task stands. */
function pathThrough(start: Point, crossings: readonly Point[], end: Point): string {
  const half = nodeSize.width / 2;
  let at = { x: start.x + half, y: start.y };
  let path = `M ${at.x} ${at.y}`;
  for (const next of [...crossings, end]) {
    const entry = { x: next.x - half, y: next.y };
    const bend = (at.x + entry.x) / 2;
    path += ` C ${bend} ${at.y} ${bend} ${entry.y} ${entry.x} ${entry.y}`;
    at = { x: next.x + half, y: next.y };
    if (next !== end) path += ` L ${at.x} ${at.y}`;
  }
  return path;
}
