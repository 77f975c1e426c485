import { type Answer, Hydrated } from "#app/_lib/hydrated.tsx";
import { TaskPageView } from "./task-page-view.tsx";
import { type Work, WorkProvider } from "./work-context.tsx";

/** The page of a task with what the server has read for it. */
export function TaskRoom({ number, work, answers }: { number: number; work: Work; answers: readonly Answer[] }) {
  return (
    <Hydrated answers={answers}>
      <WorkProvider work={work}>
        <TaskPageView number={number} />
      </WorkProvider>
    </Hydrated>
  );
}
