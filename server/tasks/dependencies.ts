import { and, asc, eq, ne, sql } from "drizzle-orm";
import type { TaskStatus } from "#db/enums.ts";
import { taskDependencies, tasks } from "#db/schema/tasks.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { lockTasks, type Task } from "./finding.ts";

/** One at a time changes the edges of an organization's DAG. The first lock of a transaction, before any row. */
export async function lockEdges({ tx, actor }: Context): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`edges|${actor.orgId}`}, 0))`);
}

/** Holds tasks as they are, so that no predecessor finishes between being counted as open and the edge to it. */
export async function lockStatuses(context: Context, ids: readonly string[]): Promise<Map<string, TaskStatus>> {
  const locked = await lockTasks(context, ids);
  return new Map(locked.map(({ id, status }) => [id, status]));
}

/**
 * The same, with all that they wait for, near and far: whose longest chain is counted anew when an edge or an estimate
 * changes. After `lockEdges`, so that these stay the same until the end.
 */
export async function lockUpstream(context: Context, ids: readonly string[]): Promise<Map<string, TaskStatus>> {
  const { tx, actor } = context;
  if (ids.length === 0) return new Map();
  const upstream = await tx.execute<{ id: string }>(sql`with recursive up(id) as (
    select i::uuid from jsonb_array_elements_text(${JSON.stringify(ids)}::text::jsonb) as i
    union select d.depends_on_id from up u join task_dependencies d on d.org_id = ${actor.orgId} and d.task_id = u.id)
    select id from up`);
  return lockStatuses(
    context,
    upstream.map(({ id }) => id),
  );
}

/**
 * Locks tasks that may be cancelled by the end of the transaction, with all whose longest chain is shorter then. Before any
 * other lock of it.
 */
export async function lockToCancel(context: Context, ids: readonly string[]): Promise<void> {
  await lockEdges(context);
  await lockUpstream(context, ids);
}

/** Locks a task that may be done by the end of the transaction, and with it those that wait for it. */
export async function lockToFinish(context: Context, taskId: string): Promise<void> {
  const { tx, actor } = context;
  const dependents = await tx
    .select({ id: taskDependencies.taskId })
    .from(taskDependencies)
    .where(and(eq(taskDependencies.orgId, actor.orgId), eq(taskDependencies.dependsOnId, taskId)));
  await lockTasks(context, [taskId, ...dependents.map(({ id }) => id)]);
}

/** Those that `lockToFinish` did not see, because their edge is a moment old, or that nobody asked it to lock. */
export async function lockDependents({ tx, actor }: Context, taskId: string): Promise<void> {
  await tx.execute(sql`select t.id from task_dependencies d join tasks t on t.org_id = d.org_id and t.id = d.task_id
    where d.org_id = ${actor.orgId} and d.depends_on_id = ${taskId} order by t.id for update of t`);
}

export async function addDependenciesTo(
  context: Context,
  task: Task,
  predecessors: ReadonlyMap<string, Task>,
  states: ReadonlyMap<string, TaskStatus>,
): Promise<void> {
  if (predecessors.size === 0) return;
  if (task.status !== "todo")
    throw new AppError("conflict", `#${task.number} is ${task.status}; only a task in todo can get new dependencies.`);
  const existing = await dependenciesOf(context, task.id);
  const added = [...predecessors.values()].filter(({ id }) => !existing.has(id));
  for (const predecessor of added) await refuseCycle(context, task, predecessor);
  await record(
    context,
    "task.dependency_added",
    added.map(({ id: dependsOnId }) => ({
      subject: task.id,
      task: task.id,
      team: task.teamId,
      data: { dependsOnId, open: states.get(dependsOnId) !== "done" },
    })),
  );
}

export async function removeDependenciesOf(
  context: Context,
  task: Task,
  predecessors: ReadonlyMap<string, Task>,
  states: ReadonlyMap<string, TaskStatus>,
): Promise<void> {
  if (predecessors.size === 0) return;
  const existing = await dependenciesOf(context, task.id);
  const removed = [...predecessors.keys()].filter((id) => existing.has(id));
  await record(
    context,
    "task.dependency_removed",
    removed.map((dependsOnId) => ({
      subject: task.id,
      task: task.id,
      team: task.teamId,
      data: { dependsOnId, open: states.get(dependsOnId) !== "done" },
    })),
  );
}

/** Names what a task waits for: the message and the numbers for `new AppError("conflict", …)`. */
export async function describeBlockers({ tx, actor }: Context, task: Task): Promise<[string, { blockers: number[] }]> {
  const open = await tx
    .select({ number: tasks.number, status: tasks.status })
    .from(taskDependencies)
    .innerJoin(tasks, and(eq(tasks.orgId, taskDependencies.orgId), eq(tasks.id, taskDependencies.dependsOnId)))
    .where(and(eq(taskDependencies.orgId, actor.orgId), eq(taskDependencies.taskId, task.id), ne(tasks.status, "done")))
    .orderBy(asc(tasks.number));
  const names = open.map(({ number, status }) => (status === "cancelled" ? `#${number} (cancelled)` : `#${number}`));
  const list = names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : (names[0] ?? "another task");
  return [
    `#${task.number} waits for ${list}. It can start once ${open.length === 1 ? "that is" : "those are"} done, or the ${open.length === 1 ? "dependency is" : "dependencies are"} removed. Take another meanwhile.`,
    { blockers: open.map(({ number }) => number) },
  ];
}

async function dependenciesOf({ tx, actor }: Context, taskId: string): Promise<Set<string>> {
  const rows = await tx
    .select({ id: taskDependencies.dependsOnId })
    .from(taskDependencies)
    .where(and(eq(taskDependencies.orgId, actor.orgId), eq(taskDependencies.taskId, taskId)));
  return new Set(rows.map(({ id }) => id));
}

/**
 * Refuses an edge that would close a circle, naming the path. Safe because every change of edges in an organization
 * holds one advisory lock: two opposite edges cannot be added at once.
 */
async function refuseCycle({ tx, actor }: Context, task: Task, predecessor: Task): Promise<void> {
  if (task.id === predecessor.id) throw new AppError("conflict", `#${task.number} cannot wait for itself.`);
  // Everything the predecessor waits for, each once (`union`, not paths: a lattice has exponentially many of those).
  const edges = await tx.execute<{ from: number; to: number; closes: boolean }>(sql`with recursive waits(id) as (
      select ${predecessor.id}::uuid
      union
      select d.depends_on_id from waits w join task_dependencies d on d.org_id = ${actor.orgId} and d.task_id = w.id
    )
    select a.number as "from", b.number as "to", exists (select 1 from waits where id = ${task.id}) as closes
      from waits w join task_dependencies d on d.org_id = ${actor.orgId} and d.task_id = w.id
      join tasks a on a.org_id = d.org_id and a.id = d.task_id
      join tasks b on b.org_id = d.org_id and b.id = d.depends_on_id`);
  if (!edges.some(({ closes }) => closes)) return;
  const path = [task.number, ...shortestPath(edges, predecessor.number, task.number)];
  const named = path.map((number) => `#${number}`).join(" → ");
  throw new AppError("conflict", `That would close a circle: ${named}. Remove one of these dependencies first.`, {
    path,
  });
}

function shortestPath(edges: readonly { from: number; to: number }[], start: number, end: number): number[] {
  const cameFrom = new Map<number, number>();
  const frontier = [start];
  for (const node of frontier) {
    for (const { to } of edges.filter(({ from }) => from === node)) {
      if (to === start || cameFrom.has(to)) continue;
      cameFrom.set(to, node);
      frontier.push(to);
    }
  }
  const path = [end];
  for (let node = cameFrom.get(end); node !== undefined; node = cameFrom.get(node)) path.unshift(node);
  return path;
}
