import type { Metadata } from "next";
import { Suspense } from "react";
import { TaskRoom } from "#app/_features/tasks/task-room.tsx";
import { TaskSkeleton } from "#app/_features/tasks/task-skeleton.tsx";
import { loadTask, loadWork } from "#app/_server/work.ts";

type TaskPageProps = { params: Promise<{ org: string; number: string }> };

export async function generateMetadata({ params }: TaskPageProps): Promise<Metadata> {
  const { number } = await params;
  return { title: `#${number}` };
}

/** One task, by the number people say. */
export default async function TaskPage({ params }: TaskPageProps) {
  const { org, number } = await params;
  // Before anything is sent: a task that is missing is answered as 404, not as a page that says so later.
  const { teamId, answer } = await loadTask(org, number);
  return (
    <Suspense fallback={<TaskSkeleton />}>
      <LoadedTask org={org} number={Number(number)} teamId={teamId} answer={answer} />
    </Suspense>
  );
}

type LoadedTaskProps = { org: string; number: number } & Pick<
  Awaited<ReturnType<typeof loadTask>>,
  "teamId" | "answer"
>;

async function LoadedTask({ org, number, teamId, answer }: LoadedTaskProps) {
  return <TaskRoom number={number} work={await loadWork(org, teamId)} answers={[answer]} />;
}
