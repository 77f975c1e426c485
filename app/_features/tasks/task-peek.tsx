"use client";

import { ArrowUpRight } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { taskHref } from "#app/_shell/rooms.ts";
import { buttonClass } from "#app/_ui/button.tsx";
import { Peek } from "#app/_ui/peek.tsx";
import { StatusBadge } from "#app/_ui/status.tsx";
import { ReviewBar } from "#app/_features/reviews/review-bar.tsx";
import { WorkBar } from "./work-bar.tsx";
import { TaskActivity } from "./task-activity.tsx";
import { TaskDependencies } from "./task-dependencies.tsx";
import { TaskDescription } from "./task-description.tsx";
import { TaskProperties } from "./task-properties.tsx";
import { TaskTitle } from "./task-title.tsx";
import { TaskError } from "./task-error.tsx";
import { TaskSkeleton } from "./task-skeleton.tsx";
import { useTask } from "./use-task.ts";
import { useWork } from "./work-context.tsx";

const TaskRequests = dynamic(
  () => import("#app/_features/inbox/task-requests.tsx").then((module) => module.TaskRequests),
  { ssr: false },
);

/** A task beside the list it came from; everything that is read, and the decisions that need no diff. */
export function TaskPeek({ number, onClose }: { number: number; onClose: () => void }) {
  const { orgSlug } = useWork();
  const { data, error, refetch } = useTask(number);
  const task = data?.task;
  return (
    <Peek
      label={`Task #${number}`}
      onClose={onClose}
      head={
        <>
          <span className="text-app font-medium text-muted">#{number}</span>
          {task ? <StatusBadge status={task.status} /> : null}
          <span className="grow" />
          <Link href={taskHref(orgSlug, number)} className={buttonClass("ghost", "sm")}>
            Open <ArrowUpRight aria-hidden="true" className="size-3.5" />
          </Link>
        </>
      }
    >
      {task ? (
        <div key={task.id} className="flex flex-col gap-5 p-4">
          <TaskTitle task={task} level="h2" />
          {task.requests.length > 0 ? <TaskRequests orgSlug={orgSlug} task={task} /> : null}
          <ReviewBar task={task} />
          <WorkBar task={task} />
          <TaskProperties task={task} />
          <TaskDescription task={task} />
          <TaskDependencies task={task} />
          <TaskActivity task={task} />
        </div>
      ) : error ? (
        <TaskError error={error} onRetry={() => void refetch()} />
      ) : (
        <TaskSkeleton />
      )}
    </Peek>
  );
}
