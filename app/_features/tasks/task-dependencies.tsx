"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useState } from "react";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { taskHref } from "#app/_shell/rooms.ts";
import { Button } from "#app/_ui/button.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { StatusIcon } from "#app/_ui/status.tsx";
import type { RelatedTask, TaskDetail } from "#server/tasks/schema.ts";
import { useTaskEdit } from "./use-task-edit.ts";
import { useWork } from "./work-context.tsx";

const ChoiceDialog = dynamic(() => import("./choice-dialog.tsx").then((module) => module.ChoiceDialog), { ssr: false });

/** What a task waits for, and what waits for it. */
export function TaskDependencies({ task }: { task: TaskDetail }) {
  const { canWork } = useWork();
  const edit = useTaskEdit(task);
  const [adding, setAdding] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const change = async (edits: { addDependencies?: string[]; removeDependencies?: string[] }) =>
    setRefusal(await edit(edits, true));
  return (
    <div className="flex flex-col gap-4">
      <section aria-label="Waits for">
        <div className="flex h-8 items-center justify-between">
          <h2 className="text-app font-medium">Waits for</h2>
          {canWork ? (
            <Button size="sm" variant="ghost" icon={<Plus className="size-3.5" />} onClick={() => setAdding(true)}>
              Add
            </Button>
          ) : null}
        </div>
        <RelatedTasks
          tasks={task.dependsOn}
          empty="Nothing. It can start at once."
          onRemove={canWork ? (id) => void change({ removeDependencies: [id] }) : undefined}
        />
        {refusal ? (
          <p
            role="alert"
            className="rounded-md border border-danger-line bg-danger-soft px-2.5 py-1.5 text-app text-danger"
          >
            {refusal}
          </p>
        ) : null}
      </section>
      {task.dependents.length > 0 ? (
        <section aria-label="Waiting for this">
          <h2 className="flex h-8 items-center text-app font-medium">Waiting for this</h2>
          <RelatedTasks tasks={task.dependents} empty="" />
        </section>
      ) : null}
      {adding ? (
        <AddDependency
          task={task}
          onClose={() => setAdding(false)}
          onAdd={(id) => void change({ addDependencies: [id] })}
        />
      ) : null}
    </div>
  );
}

type RelatedTasksProps = { tasks: readonly RelatedTask[]; empty: string; onRemove?: (id: string) => void };

function RelatedTasks({ tasks, empty, onRemove }: RelatedTasksProps) {
  const { orgSlug } = useWork();
  if (tasks.length === 0) return <p className="text-app text-muted">{empty}</p>;
  return (
    <ul className="-mx-1.5">
      {tasks.map(({ id, number, title, status }) => (
        <li key={id} className="flex items-center rounded-md hover:bg-hover">
          <Link
            href={taskHref(orgSlug, number)}
            prefetch={false}
            className="flex h-8 min-w-0 grow items-center gap-2 px-1.5 text-app coarse:h-11"
          >
            <StatusIcon status={status} />
            <span className="text-muted">#{number}</span>
            <span className="truncate">{title}</span>
          </Link>
          {onRemove ? (
            <IconButton size="sm" label={`No longer wait for #${number}`} icon={<X />} onClick={() => onRemove(id)} />
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function AddDependency({
  task,
  onAdd,
  onClose,
}: {
  task: TaskDetail;
  onAdd: (id: string) => void;
  onClose: () => void;
}) {
  const trpc = useTRPC();
  const [query, setQuery] = useState("");
  const q = query.trim().slice(0, 200);
  const found = useQuery(
    trpc.tasks.list.queryOptions(
      { teamId: task.teamId, limit: 20, ...(q ? { q } : {}) },
      { placeholderData: keepPreviousData },
    ),
  );
  const known = new Set([task.id, ...task.dependsOn.map(({ id }) => id)]);
  const choices = (found.data?.tasks ?? []).filter(({ id }) => !known.has(id));
  return (
    <ChoiceDialog
      title={`#${task.number} waits for`}
      placeholder="Words or a number"
      search={{ query, onQuery: setQuery }}
      choices={choices.map(({ id, number, title, status }) => ({
        id,
        label: `#${number} ${title}`,
        icon: <StatusIcon status={status} />,
        onChoose: () => onAdd(id),
      }))}
      onClose={onClose}
    />
  );
}
