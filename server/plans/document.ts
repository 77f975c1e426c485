import { z } from "zod";
import { complexities, priorities, taskTypes } from "#db/enums.ts";

/** A piece of work as a plan tells it. `key` is its name within the plan and stays through all versions. */
export const planTask = z.object({
  key: z.string(),
  title: z.string(),
  description: z.string(),
  type: z.enum(taskTypes),
  complexity: z.enum(complexities),
  priority: z.enum(priorities),
  acceptanceCriteria: z.array(z.string()).describe("What must be true when it is done."),
  touches: z.array(z.string()).describe("Files and folders that it will change."),
  estimateMinutes: z.int().nullable().describe("Minutes that one agent works on it; null: as long as its like took."),
  estimateTokens: z.int().nullable(),
  estimateCostMicros: z.int().nullable().describe("Micro-dollars; null: what its like cost."),
  modelTier: z.string().nullable().describe("The tier of model it goes to, whatever the routing says."),
  allowedTools: z.array(z.string()).nullable().describe("The only tools it may use; null: all."),
  tags: z.array(z.string()),
  dependsOn: z.array(z.string()).describe("Keys of the tasks that must be done before."),
  covers: z.array(z.int()).describe("Sentences of the requirements that it meets, from 1."),
});
export type PlanTask = z.output<typeof planTask>;

/** The plan JSON, as it is stored: checked, with keys instead of places. */
export const planDocument = z.object({ summary: z.string(), tasks: z.array(planTask) });
export type PlanDocument = z.output<typeof planDocument>;

/** One change of a draft; `connect` makes `to` wait for `from`. */
export const planEdit = z.discriminatedUnion("do", [
  z.object({ do: z.literal("add"), task: planTask }),
  z.object({ do: z.literal("remove"), key: z.string() }),
  z.object({ do: z.literal("connect"), from: z.string(), to: z.string() }),
  z.object({ do: z.literal("disconnect"), from: z.string(), to: z.string() }),
  z.object({
    do: z.literal("edit"),
    key: z.string(),
    changes: planTask.omit({ key: true, dependsOn: true }).partial(),
  }),
  z.object({ do: z.literal("describe"), summary: z.string() }),
]);
export type PlanEdit = z.output<typeof planEdit>;

/** The document after one change. What is removed is waited for by nobody: its dependents wait for what it waited for. */
export function applyEdit(document: PlanDocument, edit: PlanEdit): PlanDocument {
  const { tasks } = document;
  const change = (key: string, changed: (task: PlanTask) => PlanTask) => ({
    ...document,
    tasks: tasks.map((task) => (task.key === key ? changed(task) : task)),
  });
  switch (edit.do) {
    case "describe":
      return { ...document, summary: edit.summary };
    case "add":
      return { ...document, tasks: [...tasks, edit.task] };
    case "edit":
      return change(edit.key, (task) => ({ ...task, ...edit.changes }));
    case "connect":
      return change(edit.to, (task) => ({ ...task, dependsOn: [...new Set([...task.dependsOn, edit.from])] }));
    case "disconnect":
      return change(edit.to, (task) => ({ ...task, dependsOn: task.dependsOn.filter((key) => key !== edit.from) }));
    case "remove":
      return removeTask(document, edit.key);
  }
}

function removeTask(document: PlanDocument, key: string): PlanDocument {
  const before = document.tasks.find((task) => task.key === key)?.dependsOn ?? [];
  const bridged = (dependsOn: string[]) =>
    dependsOn.includes(key) ? [...new Set([...dependsOn.filter((one) => one !== key), ...before])] : dependsOn;
  return {
    ...document,
    tasks: document.tasks
      .filter((task) => task.key !== key)
      .map((task) => ({ ...task, dependsOn: bridged(task.dependsOn) })),
  };
}
