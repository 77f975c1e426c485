import { type Answer, Hydrated } from "#app/_lib/hydrated.tsx";
import { Graph } from "./graph.tsx";
import { type Work, WorkProvider } from "./work-context.tsx";

/** The graph with what the server has read for it. */
export function GraphRoom({ work, answers }: { work: Work; answers: readonly Answer[] }) {
  return (
    <Hydrated answers={answers}>
      <WorkProvider work={work}>
        <Graph />
      </WorkProvider>
    </Hydrated>
  );
}
