import { AppError } from "../errors.ts";
import { type PlanDocument, writtenPlan } from "./document.ts";
import { type Fault, faultsOfGraph } from "./graph.ts";

/** More than a plan of people or models ever has; beyond it the board is a list and not a plan. */
export const mostTasks = 1_000;
const mostFaults = 20;

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
