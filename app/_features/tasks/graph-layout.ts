import dagre, { type GraphLabel, type NodeLabel } from "@dagrejs/dagre";

export const nodeSize = { width: 232, height: 60 };

export type GraphShape = { nodes: readonly string[]; edges: readonly { from: string; to: string }[] };
export type Places = Record<string, { x: number; y: number }>;

/** Where each task stands: what must be done first stands to the left. The same graph always gets the same places. */
export function layOut({ nodes, edges }: GraphShape): Places {
  const graph = new dagre.graphlib.Graph<GraphLabel, NodeLabel>();
  graph.setGraph({ rankdir: "LR", nodesep: 16, ranksep: 56, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of nodes) graph.setNode(id, { ...nodeSize });
  for (const { from, to } of edges) graph.setEdge(from, to);
  dagre.layout(graph);
  return Object.fromEntries(
    nodes.map((id) => {
      const { x = 0, y = 0 } = graph.node(id);
      return [id, { x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 }];
    }),
  );
}
