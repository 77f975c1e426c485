"use client";

import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useActions } from "#app/_shell/actions.tsx";
import { roomHref } from "#app/_shell/rooms.ts";
import type { Ask } from "./board-keys.ts";
import { useTaskCommands } from "./task-commands.ts";
import { useTask } from "./use-task.ts";
import { TaskView } from "./task-view.tsx";
import { useWork } from "./work-context.tsx";

const TaskDialogs = dynamic(() => import("./task-dialogs.tsx").then((module) => module.TaskDialogs), { ssr: false });

/** A task on its own page, with the keys the board has for it. */
export function TaskPageView({ number }: { number: number }) {
  const { orgSlug, team, canWork } = useWork();
  const router = useRouter();
  const task = useTask(number).data?.task;
  const commands = useTaskCommands();
  const [ask, setAsk] = useState<Ask | null>(null);
  const onTask = () => canWork && task !== undefined;
  const asks = [
    { id: "task.assign", title: "Assign the task", keys: "a", ask: "assign" },
    { id: "task.status", title: "Move the task to another status", keys: "s", ask: "status" },
    { id: "task.priority", title: "Set the priority of the task", keys: "p", ask: "priority" },
    { id: "task.message", title: "Write a message about the task", keys: "m", ask: "message" },
    { id: "task.actions", title: "Show what can be done", keys: ".", ask: "actions" },
    { id: "task.create", title: "Create a task", keys: "c", ask: "create" },
  ] as const;
  useActions([
    ...asks.map(({ ask: what, ...action }) => ({ ...action, group: "Task", when: onTask, run: () => setAsk(what) })),
    {
      id: "task.archive",
      title: "Archive the task",
      group: "Task",
      keys: "e",
      when: onTask,
      run: () => (task ? void commands.archive([task]) : undefined),
    },
    {
      id: "task.back",
      title: "Back to the board",
      group: "Navigate",
      keys: "Escape",
      run: () => router.push(roomHref(orgSlug, team.id, "board")),
    },
  ]);
  return (
    <>
      <TaskView number={number} />
      {ask && task ? <TaskDialogs ask={ask} targets={[task]} onClose={() => setAsk(null)} /> : null}
    </>
  );
}
