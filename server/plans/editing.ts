import type { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { applyEdit, type PlanDocument, type PlanEdit, type WrittenTask } from "./document.ts";
import { documentOf, lockPlan } from "./finding.ts";
import { findCircle } from "./graph.ts";
import { mostTasks } from "./parsing.ts";
import type { editPlanInput } from "./schema.ts";
import { readBoard, readRevision } from "./revising.ts";
import { isApproved } from "./service.ts";

type Input = z.output<typeof editPlanInput>;

/**
 * Changes the draft that the caller saw: all of it, or nothing.
 * @throws AppError conflict when it is no draft any more, for a circle (named); invalid for what does not exist.
 */
export async function editPlan(context: Context, { planId, version, edits }: Input): Promise<void> {
  const plan = await lockPlan(context, planId);
  const revision = await readRevision(context, plan);
  if (!revision && plan.status !== "awaiting_approval")
    throw new AppError(
      "conflict",
      `Plan ${plan.number} is ${plan.status.replaceAll("_", " ")}. Only one that waits for approval is edited; ${isApproved(plan) ? "revise_plan drafts a version that changes what runs" : "have it written first"}.`,
    );
  if (version !== plan.latestVersion)
    throw new AppError(
      "conflict",
      `Version ${version} was followed by version ${plan.latestVersion}. Read the plan again and edit that.`,
      {
        latestVersion: plan.latestVersion,
      },
    );
  const taken = revision ? (await readBoard(context, plan)).map(({ key }) => key) : [];
  let document = await documentOf(context, planId, version);
  const checked: PlanEdit[] = [];
  for (const [place, asked] of edits.entries()) {
    const edit = checkEdit(document, asked, taken, `edits[${place}]`);
    if (revision) refuseFixed(document, revision.fixed, edit, `edits[${place}]`);
    document = applyEdit(document, edit);
    checked.push(edit);
  }
  await record(context, "plan.edited", [{ subject: plan.id, team: plan.teamId, data: { version, edits: checked } }]);
}

function checkEdit(
  document: PlanDocument,
  asked: Input["edits"][number],
  taken: readonly string[],
  place: string,
): PlanEdit {
  switch (asked.do) {
    case "describe":
      return asked;
    case "add":
      return { do: "add", task: newTask(document, asked.task, taken, place) };
    case "retype":
      requireTask(document, asked.key, place);
      return { do: "edit", key: asked.key, changes: { type: asked.type } };
    case "remove":
      requireTask(document, asked.key, place);
      if (document.tasks.length === 1)
        throw new AppError(
          "conflict",
          `${place}: A plan has at least one task. Add another before this one goes, or cancel the plan.`,
        );
      return asked;
    case "edit": {
      requireTask(document, asked.key, place);
      const changes = Object.fromEntries(Object.entries(asked.changes).filter(([, value]) => value !== undefined));
      return { do: "edit", key: asked.key, changes };
    }
    case "connect":
    case "disconnect":
      requireTask(document, asked.from, place);
      requireTask(document, asked.to, place);
      if (asked.do === "connect") refuseCircle(document, asked, place);
      return asked;
  }
}

/** What was begun stays: neither its words nor what it waits for change any more. */
function refuseFixed({ tasks }: PlanDocument, fixed: readonly string[], edit: PlanEdit, place: string): void {
  if (edit.do === "add" || edit.do === "describe") return;
  const key = edit.do === "connect" || edit.do === "disconnect" ? edit.to : edit.key;
  if (!fixed.includes(key)) return;
  const title = tasks.find((task) => task.key === key)?.title ?? key;
  throw new AppError(
    "conflict",
    `${place}: “${title}” was begun already and stays as it is. Only tasks that wait are changed; add another after it.`,
  );
}

/** `taken` are keys that tasks of the plan on the board have, also those that were cancelled. */
function newTask(
  document: PlanDocument,
  { key, dependsOn, ...task }: WrittenTask,
  taken: readonly string[],
  place: string,
) {
  const { tasks } = document;
  if (tasks.length >= mostTasks) throw new AppError("conflict", `${place}: A plan has at most ${mostTasks} tasks.`);
  if (key !== undefined && (taken.includes(key) || tasks.some((one) => one.key === key)))
    throw new AppError("conflict", `${place}: There is a task ${key} already. Leave the key out to be given one.`);
  const before = dependsOn.map((ref) => {
    const byKey = tasks.find((one) => one.key === String(ref));
    const byPlace = /^\d{1,9}$/.test(String(ref)) ? tasks[Number(ref)] : undefined;
    return requireTask(document, (byKey ?? byPlace)?.key ?? String(ref), place).key;
  });
  return { ...task, key: key ?? freeKey([...taken, ...tasks.map((one) => one.key)]), dependsOn: [...new Set(before)] };
}

function freeKey(keys: readonly string[]): string {
  const taken = new Set(keys);
  let number = taken.size + 1;
  while (taken.has(`t${number}`)) number++;
  return `t${number}`;
}

function requireTask({ tasks }: PlanDocument, key: string, place: string) {
  const task = tasks.find((one) => one.key === key);
  if (task) return task;
  throw new AppError("invalid", `${place}: There is no task ${key} in this version. get_plan shows their keys.`);
}

function refuseCircle(document: PlanDocument, { from, to }: { from: string; to: string }, place: string): void {
  const titleOf = (key: string) => document.tasks.find((task) => task.key === key)?.title ?? key;
  if (from === to) throw new AppError("conflict", `${place}: “${titleOf(to)}” cannot wait for itself.`);
  const circle = findCircle(applyEdit(document, { do: "connect", from, to }).tasks);
  if (circle)
    throw new AppError("conflict", `${place}: That would close a circle: ${circle}. Remove one of these first.`);
}
