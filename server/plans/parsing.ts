import { z } from "zod";
import { complexities, priorities, taskTypes } from "#db/enums.ts";
import { AppError } from "../errors.ts";
import type { PlanDocument } from "./document.ts";
import { type Fault, faultsOfGraph } from "./graph.ts";

/** More than a plan of people or models ever has; beyond it the board is a list and not a plan. */
export const mostTasks = 1_000;
const mostFaults = 20;

/** What nobody sees and what turns text around: it goes, so that a title is what it looks like. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
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

/** A plan that was read, or everything that is wrong with it. */
export type Reading = { document: PlanDocument; faults?: never } | { document?: never; faults: Fault[] };

/** Reads plan JSON out of text: bare, or in a Markdown fence. */
export function readPlanText(source: string): Reading {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)(?:\n```|$)/.exec(source)?.[1];
  const json = (fenced ?? source).trim();
  try {
    return readPlan(JSON.parse(json));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { faults: [{ place: placeOfSyntaxError(error, json), message: whyNotJson(json) }] };
  }
}

/** Checks a plan that somebody wrote, and gives every task its key and every edge its name. */
export function readPlan(written: unknown): Reading {
  const count = countTasks(written);
  if (count > mostTasks)
    return { faults: [{ place: "tasks", message: `A plan has at most ${mostTasks} tasks, not ${count}.` }] };
  const parsed = writtenPlan.safeParse(written);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => ({ place: placeOf(path), message }));
    return { faults: faults.slice(0, mostFaults) };
  }
  const { summary, tasks } = parsed.data;
  const keys = tasks.map(({ key }, place) => key ?? `t${place + 1}`);
  const doubled = keys.findIndex((key, place) => keys.indexOf(key) !== place);
  if (doubled >= 0)
    return {
      faults: [{ place: `tasks[${doubled}].key`, message: `${keys[doubled]} is the key of another task too.` }],
    };
  const named = tasks.map((task, place) => ({
    ...task,
    key: keys[place] ?? "",
    dependsOn: [...new Set(task.dependsOn.map((ref) => keyMeant(ref, keys)))],
  }));
  const faults = faultsOfGraph(named).slice(0, mostFaults);
  return faults.length > 0 ? { faults } : { document: { summary, tasks: named } };
}

/** The same for a caller's own plan. @throws AppError invalid that names the places. */
export function requirePlan(reading: Reading): PlanDocument {
  if (reading.document) return reading.document;
  throw new AppError("invalid", `This is no plan: ${faultWords(reading.faults)}`, { faults: reading.faults });
}

/** "tasks[3].title: Too long. tasks: …" */
export const faultWords = (faults: readonly Fault[]): string =>
  faults.map(({ place, message }) => `${place}: ${message}`).join(" ");

/** A number, or one in a text, is a place, unless it is the key of a task. */
function keyMeant(ref: number | string, keys: readonly string[]): string {
  if (typeof ref === "string" && keys.includes(ref)) return ref;
  if (typeof ref === "string" && !/^\d{1,9}$/.test(ref)) return ref;
  return keys[Number(ref)] ?? `at place ${Number(ref)} (places are 0 to ${keys.length - 1})`;
}

function countTasks(written: unknown): number {
  const tasks = typeof written === "object" && written !== null && "tasks" in written ? written.tasks : undefined;
  return Array.isArray(tasks) ? tasks.length : 0;
}

function placeOf(path: readonly PropertyKey[]): string {
  const place = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return place.replace(/^\./, "") || "plan";
}

function placeOfSyntaxError(error: SyntaxError, json: string): string {
  const at = /position (\d+)/.exec(error.message)?.[1];
  if (at === undefined) return json === "" ? "plan" : "the end";
  const before = json.slice(0, Number(at)).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

function whyNotJson(json: string): string {
  if (json === "") return "There is nothing here: plan JSON is an object with summary and tasks.";
  if (/^[{[]/.test(json) && !/[}\]]$/.test(json)) return "The JSON breaks off here. Send it whole.";
  return "This is not JSON: plan JSON is an object with summary and tasks.";
}
