import type { Metadata } from "next";
import { Suspense } from "react";
import { GraphRoom } from "#app/_features/tasks/graph-room.tsx";
import { GraphSkeleton } from "#app/_features/tasks/graph.tsx";
import { loadGraph, loadWork } from "#app/_server/work.ts";

export const metadata: Metadata = { title: "Graph" };

type GraphPageProps = { params: Promise<{ org: string; team: string }> };

/** What waits for what in a team. */
export default function GraphPage({ params }: GraphPageProps) {
  return (
    <Suspense fallback={<GraphSkeleton />}>
      <LoadedGraph params={params} />
    </Suspense>
  );
}

async function LoadedGraph({ params }: GraphPageProps) {
  const { org, team } = await params;
  const [graph, work] = await Promise.all([loadGraph(org, team), loadWork(org, team)]);
  return <GraphRoom work={work} answers={[graph]} />;
}
