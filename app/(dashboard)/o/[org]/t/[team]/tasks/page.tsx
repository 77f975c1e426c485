import type { Metadata } from "next";
import { Suspense } from "react";
import { TaskList } from "#app/_features/tasks/task-list.tsx";
import { WorkProvider } from "#app/_features/tasks/work-context.tsx";
import { loadWork } from "#app/_server/work.ts";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";

export const metadata: Metadata = { title: "Tasks" };

type TasksPageProps = { params: Promise<{ org: string; team: string }> };

/** Every task of a team, to search through. */
export default function TasksPage({ params }: TasksPageProps) {
  return (
    <Suspense fallback={<SkeletonRows count={16} label="Loading tasks" />}>
      <LoadedTasks params={params} />
    </Suspense>
  );
}

async function LoadedTasks({ params }: TasksPageProps) {
  const { org, team } = await params;
  return (
    <WorkProvider work={await loadWork(org, team)}>
      <TaskList />
    </WorkProvider>
  );
}
