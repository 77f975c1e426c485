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
export default function TaskPage({ params }: TaskPageProps) {
  return (
    <Suspense fallback={<TaskSkeleton />}>
      <LoadedTask params={params} />
    </Suspense>
  );
}

async function LoadedTask({ params }: TaskPageProps) {
  const { org, number } = await params;
  const { teamId, answer } = await loadTask(org, number);
  return <TaskRoom number={Number(number)} work={await loadWork(org, teamId)} answers={[answer]} />;
}
