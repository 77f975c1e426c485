import { z } from "zod";
import { complexities, priorities, taskTypes } from "#db/enums.ts";

export const templateNames = ["feature", "bug_fix", "refactor", "migration", "sample"] as const;
export type TemplateName = (typeof templateNames)[number];

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

/** What nobody sees and what turns text around: it goes, so that a title is what it looks like. */
const unseen =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g;
const text = z.string().overwrite((value) => value.replace(unseen, "").trim());
const line = z.string().overwrite((value) => value.replace(unseen, "").replace(/\s+/g, " ").trim());
const lines = (most: number, length: number) => z.array(line.min(1).max(length)).max(most);

const fields = {
  title: line.min(1).max(500).describe("What is to be done, in a few words."),
  description: text.max(50_000).describe("All that whoever does it has to know."),
  type: z.enum(taskTypes),
  complexity: z.enum(complexities),
  priority: z.enum(priorities),
  acceptanceCriteria: lines(50, 1_000).describe("What can be checked when it is done."),
  touches: lines(200, 500).describe("Files and folders that it will change."),
  estimateMinutes: z.int().min(1).max(100_000).nullable().describe("Minutes that one agent works on it."),
  estimateTokens: z.int().min(0).max(1_000_000_000).nullable(),
  estimateCostMicros: z.int().min(0).max(1_000_000_000_000).nullable().describe("Micro-dollars."),
  modelTier: line.min(1).max(100).nullable().describe("The tier of model it goes to; null: as the routing says."),
  allowedTools: lines(100, 200).nullable().describe("The only tools it may use; null: all."),
  tags: lines(20, 50),
  covers: z.array(z.int().min(1).max(1_000)).max(200).describe("Sentences of the requirements it meets, from 1."),
};

/** Single fields of a task, to change them. */
export const writtenChanges = z.strictObject(fields).partial();

/** A task as a model, a file or a caller writes it; `dependsOn` names places from 0 (2 or "2") or keys. */
export const writtenTask = z.object({
  ...fields,
  key: line.regex(/^[\w.-]{1,50}$/, "A key has 1 to 50 letters, digits, dots, hyphens.").optional(),
  description: fields.description.default(""),
  type: fields.type.default("feature"),
  complexity: fields.complexity.default("medium"),
  priority: fields.priority.default("medium"),
  acceptanceCriteria: fields.acceptanceCriteria.default([]),
  touches: fields.touches.default([]),
  estimateMinutes: fields.estimateMinutes.default(null),
  estimateTokens: fields.estimateTokens.default(null),
  estimateCostMicros: fields.estimateCostMicros.default(null),
  modelTier: fields.modelTier.default(null),
  allowedTools: fields.allowedTools.default(null),
  tags: fields.tags.default([]),
  covers: fields.covers.default([]),
  dependsOn: z
    .array(z.union([z.int().min(0), z.string().trim().min(1).max(50)]))
    .max(200)
    .default([])
    .describe('What must be done before: places in the list from 0 (2 or "2"), or keys.'),
});
export type WrittenTask = z.output<typeof writtenTask>;

/** The plan JSON as somebody writes it. */
export const writtenPlan = z.object({
  summary: text.max(10_000).default(""),
  tasks: z.array(writtenTask).min(1, "A plan has at least one task."),
});

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
