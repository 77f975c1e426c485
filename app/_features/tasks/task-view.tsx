"use client";

import dynamic from "next/dynamic";
import Link from "next/link";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { roomHref } from "#app/_shell/rooms.ts";
import { Banner } from "#app/_ui/banner.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { CopyableId } from "#app/_ui/copy.tsx";
import { StatusBadge } from "#app/_ui/status.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { TabPanel, Tabs } from "#app/_ui/tabs.tsx";
import type { TaskDetail } from "#server/tasks/schema.ts";
import { ReviewBar } from "#app/_features/reviews/review-bar.tsx";
import { ReviewList } from "#app/_features/reviews/review-list.tsx";
import { FailedWhy } from "./failed-why.tsx";
import { WorkBar } from "./work-bar.tsx";
import { TaskActivity } from "./task-activity.tsx";
import { TaskBrief, TaskOutput } from "./task-brief.tsx";
import { TaskDependencies } from "./task-dependencies.tsx";
import { TaskDescription } from "./task-description.tsx";
import { TaskGit } from "./task-git.tsx";
import { TaskMerges } from "./task-merges.tsx";
import { TaskProperties } from "./task-properties.tsx";
import { TaskSession } from "./task-session.tsx";
import { TaskSkeleton } from "./task-skeleton.tsx";
import { useWork } from "./work-context.tsx";
import { useTask } from "./use-task.ts";
import { TaskTitle } from "./task-title.tsx";
import { TaskError } from "./task-error.tsx";

const Changes = dynamic(() => import("#app/_features/reviews/changes.tsx").then((module) => module.Changes), {
  ssr: false,
  loading: () => <SkeletonRows count={6} label="Loading the changes" />,
});

const SeenContext = dynamic(() =>
  import("#app/_features/task-contexts/seen-context.tsx").then((module) => module.SeenContext),
);

const TaskVerifications = dynamic(() =>
  import("#app/_features/verifications/task-verifications.tsx").then((module) => module.TaskVerifications),
);

const TurnView = dynamic(() => import("#app/_features/turns/turn-view.tsx").then((module) => module.TurnView));
const TaskRequests = dynamic(() =>
  import("#app/_features/inbox/task-requests.tsx").then((module) => module.TaskRequests),
);

/** A whole task on a page: its words and its story, its changes, its merges; beside them what is known of it. */
export function TaskView({ number }: { number: number }) {
  const { team, orgSlug, canWork } = useWork();
  const { data, error, refetch } = useTask(number);
  const [tab, setTab] = useQueryState(
    "tab",
    parseAsStringLiteral(tabNames).withDefault("task").withOptions({ history: "replace" }),
  );
  if (!data) return error ? <TaskError error={error} onRetry={() => void refetch()} /> : <TaskSkeleton />;
  const { task } = data;
  return (
    <article aria-label={`#${task.number} ${task.title}`} className="mx-auto flex max-w-300 flex-col px-4 pt-5 sm:px-6">
      <p className="flex items-center gap-2 pb-1 text-app text-muted">
        <Link href={roomHref(orgSlug, team.id, "board")} className="rounded-sm hover:text-ink">
          {team.name}
        </Link>
        <span aria-hidden="true">/</span>
        <CopyableId id={`#${task.number}`} />
        <StatusBadge status={task.status} />
        {task.archivedAt ? <Badge>Archived</Badge> : null}
      </p>
      <TaskTitle task={task} level="h1" />
      <div className="mt-4 grid gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,1fr)_300px]">
        <div className="flex min-w-0 flex-col gap-4 lg:pb-10">
          <FailedWhy task={task} />
          {task.requests.length > 0 ? <TaskRequests orgSlug={orgSlug} task={task} /> : null}
          {task.waitsForResource ? (
            <Banner tone="warning" title="Nobody gets it now.">
              {task.waitsForResource.reason}
            </Banner>
          ) : null}
          {task.session ? <TaskSession key={task.session.id} session={task.session} /> : null}
          <ReviewBar task={task} />
          <WorkBar task={task} />
          <Tabs
            label="Views of the task"
            value={tab}
            onValueChange={(next) => void setTab(tabNames.find((name) => name === next) ?? "task")}
            tabs={tabsOf(task)}
          >
            <TabPanel value="task">
              <div className="flex flex-col gap-6 pt-4">
                <TaskDescription task={task} />
                <TurnView orgSlug={orgSlug} number={task.number} />
                {task.output ? <TaskOutput output={task.output} /> : null}
                <ReviewList task={task} />
                <TaskActivity task={task} />
              </div>
            </TabPanel>
            <TabPanel value="context">
              <div className="pt-4">
                {tab === "context" ? (
                  <SeenContext teamId={team.id} number={task.number} canChange={canWork && task.archivedAt === null} />
                ) : null}
              </div>
            </TabPanel>
            <TabPanel value="checks">
              <div className="pt-4">{tab === "checks" ? <TaskVerifications number={task.number} /> : null}</div>
            </TabPanel>
            <TabPanel value="changes">
              <div className="pt-4">{tab === "changes" ? <Changes task={task} /> : null}</div>
            </TabPanel>
            <TabPanel value="merges">
              <div className="pt-4">
                <TaskMerges task={task} />
              </div>
            </TabPanel>
          </Tabs>
        </div>
        <aside aria-label="About the task" className="flex min-w-0 flex-col gap-5 pb-10">
          <TaskProperties task={task} />
          <TaskBrief task={task} />
          <TaskDependencies task={task} />
          <div className="max-lg:hidden">
            <TaskGit task={task} />
          </div>
        </aside>
      </div>
    </article>
  );
}

const tabNames = ["task", "context", "checks", "changes", "merges"] as const;

function tabsOf({ repo, merges }: TaskDetail) {
  const always = [
    { value: "task", label: "Task" },
    { value: "context", label: "Context" },
    { value: "checks", label: "Checks" },
  ];
  if (!repo) return always;
  return [
    ...always,
    { value: "changes", label: "Changes" },
    { value: "merges", label: "Merges", count: merges.length > 0 ? merges.length : undefined },
  ];
}
