"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { toast } from "#app/_ui/toast.ts";
import type { TaskDetail } from "#server/tasks/schema.ts";
import { wordsOfError } from "./task-commands.ts";
import { useTaskCache } from "./task-cache.ts";

type Update = Parameters<
  ReturnType<ReturnType<typeof useTRPC>["tasks"]["update"]["mutationOptions"]>["mutationFn"] & object
>[0];
export type TaskEdit = Omit<Update, "task" | "lease">;

/**
 * Changes what a task says. Shown at once; when the server refuses, it is as it was and the reason is told. Resolves to
 * the reason, or to null when it is done, for forms that want to stay open with it.
 */
export function useTaskEdit(task: TaskDetail): (edit: TaskEdit, quiet?: boolean) => Promise<string | null> {
  const trpc = useTRPC();
  const client = useQueryClient();
  const cache = useTaskCache();
  const update = useMutation(trpc.tasks.update.mutationOptions()).mutateAsync;
  return async (edit, quiet = false) => {
    const { addDependencies, removeDependencies, ...shown } = edit;
    const known = trpc.tasks.get.queryFilter({ task: String(task.number) });
    client.setQueriesData<{ task: TaskDetail }>(known, (data) => data && { task: { ...data.task, ...shown } });
    try {
      cache.put((await update({ task: task.id, ...edit })).task);
      if (addDependencies || removeDependencies || edit.repoId !== undefined) await client.invalidateQueries(known);
      void client.invalidateQueries(trpc.tasks.events.queryFilter());
      return null;
    } catch (error) {
      client.setQueriesData<{ task: TaskDetail }>(
        known,
        (data) => data && { task: { ...data.task, ...pick(task, shown) } },
      );
      if (!quiet) toast.error(`#${task.number} was not changed`, { description: wordsOfError(error) });
      return wordsOfError(error);
    }
  };
}

function pick(task: TaskDetail, edited: object): Partial<TaskDetail> {
  return Object.fromEntries(Object.entries(task).filter(([key]) => key in edited));
}
