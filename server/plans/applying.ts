import { AppError } from "../errors.ts";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";
import { addDependenciesTo, removeDependenciesOf } from "../tasks/dependencies.ts";
import type { Task } from "../tasks/finding.ts";
import { createTasks } from "../tasks/service.ts";
import { differencesBetween, type Difference } from "./difference.ts";
import type { PlanDocument, PlanTask } from "./document.ts";
import { lockTasksOf, moveAll } from "./executing.ts";
import { documentOf, type Plan } from "./finding.ts";
import { inOrder } from "./graph.ts";
import { approvedDocument, baseOf, documentOfBoard, isWaiting, type OnBoard, readBoard } from "./revising.ts";

type Board = ReadonlyMap<string, OnBoard>;

/**
 * Makes of the board what the draft of a running plan says: tasks that are new come to it, those that are gone are
 * cancelled, changed ones change; all or nothing. Only what the draft says differently from the version it began with is
 * touched, so what was done on the board meanwhile stays.
 * @returns the ids of the new tasks by their keys.
 * @throws AppError conflict when a task that it changes was begun or changed meanwhile.
 */
export async function applyRevision(context: Context, plan: Plan): Promise<{ key: string; id: string }[]> {
  await lockTasksOf(context, plan);
  const base = await documentOf(context, plan.id, await baseOf(context, plan));
  const draft = await documentOf(context, plan.id, plan.latestVersion);
  const all = await readBoard(context, plan);
  const board: Board = new Map(all.filter(({ task }) => task.status !== "cancelled").map((one) => [one.key, one]));
  const now = documentOfBoard(all, await approvedDocument(context, plan));
  const differences = differencesBetween(base, draft);
  for (const one of differences) refuseStale(plan, board, now, one);
  if (differences.length === 0)
    throw new AppError("conflict", `The draft of plan ${plan.number} changes nothing of what runs.`);
  const of = (change: Difference["change"]) => differences.filter((one) => one.change === change);
  const wanted = new Map(draft.tasks.map((task) => [task.key, task]));
  const before = new Map(now.tasks.map((task) => [task.key, task]));
  const edges = of("changed").flatMap(({ key }) => {
    const [task, was] = [wanted.get(key), before.get(key)];
    return task && was
      ? [{ key, added: without(task.dependsOn, was.dependsOn), removed: without(was.dependsOn, task.dependsOn) }]
      : [];
  });
  for (const { key, removed } of edges) await changeEdges(context, board, key, removed, removeDependenciesOf);
  const gone = of("removed").flatMap(({ key }) => board.get(key)?.task ?? []);
  if (gone.length > 0)
    await moveAll(context, gone, "cancelled", `It left plan ${plan.number} with version ${plan.latestVersion}.`);
  const made = await addTasks(context, plan, board, draft, new Set(of("added").map(({ key }) => key)));
  await record(context, "task.updated", updatesOf(of("changed"), board));
  const created = new Map((await readBoard(context, plan)).map((one) => [one.key, one]));
  for (const { key, added } of edges) await changeEdges(context, created, key, added, addDependenciesTo);
  return made;
}

const without = (keys: readonly string[], others: readonly string[]) => keys.filter((key) => !others.includes(key));

function refuseStale(plan: Plan, board: Board, now: PlanDocument, { key, title, change, fields }: Difference): void {
  if (change === "added") return;
  const again = "Draft the revision anew with revise_plan: it begins with how the plan stands now.";
  const found = board.get(key);
  // What is to go went already.
  if (!found && change === "removed") return;
  if (!found) throw new AppError("conflict", `“${title}” of plan ${plan.number} was cancelled meanwhile. ${again}`);
  const { task } = found;
  if (!isWaiting(task))
    throw new AppError(
      "conflict",
      `#${task.number} “${task.title}” is ${task.status.replaceAll("_", " ")} meanwhile and stays as it is. ${again}`,
    );
  const current = Object.entries(now.tasks.find((one) => one.key === key) ?? {});
  for (const { field, before } of fields) {
    const value = current.find(([name]) => name === field)?.[1];
    if (JSON.stringify(value) !== JSON.stringify(before))
      throw new AppError("conflict", `The ${field} of #${task.number} was changed on the board meanwhile. ${again}`);
  }
}

/** In their order, so that each finds those it waits for; what is on the board already is waited for by its id. */
async function addTasks(context: Context, plan: Plan, board: Board, draft: PlanDocument, added: ReadonlySet<string>) {
  const ordered = inOrder(draft.tasks).filter(({ key }) => added.has(key));
  if (ordered.length === 0) return [];
  const places = new Map(ordered.map(({ key }, place) => [key, place]));
  const ids = await createTasks(
    context,
    ordered.map((task) => ({
      ...toTask(task),
      teamId: plan.teamId,
      repoId: plan.repoId,
      dependsOn: task.dependsOn.flatMap((key) => board.get(key)?.task.id ?? []),
      dependsOnPlaces: task.dependsOn.flatMap((key) => places.get(key) ?? []),
      plan: { id: plan.id, key: task.key, rigor: plan.rigor },
    })),
  );
  return ordered.map(({ key }, place) => ({ key, id: ids[place] ?? "" }));
}

/** A task of a plan as the board takes it, without what it waits for. */
export const toTask = ({ key: _key, covers: _covers, dependsOn: _dependsOn, ...task }: PlanTask) => ({
  ...task,
  assignee: null,
  dependsOn: [],
});

/** What the plan alone knows is no field of a task on the board. */
const ofPlanAlone = new Set(["key", "covers", "dependsOn"]);

function updatesOf(changed: readonly Difference[], board: Board) {
  return changed.flatMap(({ key, fields }) => {
    const task = board.get(key)?.task;
    const data = Object.fromEntries(
      fields.filter(({ field }) => !ofPlanAlone.has(field)).map(({ field, after }) => [field, after]),
    );
    return task && Object.keys(data).length > 0 ? [{ subject: task.id, task: task.id, team: task.teamId, data }] : [];
  });
}

async function changeEdges(
  context: Context,
  board: Board,
  key: string,
  keys: readonly string[],
  change: typeof addDependenciesTo,
): Promise<void> {
  const task = board.get(key)?.task;
  const others = keys.flatMap((one) => board.get(one)?.task ?? []);
  if (!task || others.length === 0) return;
  const states = new Map(others.map(({ id, status }) => [id, status]));
  await change(context, task, new Map(others.map((one): [string, Task] => [one.id, one])), states);
}
