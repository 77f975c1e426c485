import { and, asc, eq, inArray, ne, sql } from "drizzle-orm";
import type { z } from "zod";
import type { LeaseEnd, TaskStatus } from "#db/enums.ts";
import { agents, memberships, numberCounters, teams } from "#db/schema/organizations.ts";
import { repos } from "#db/schema/repos.ts";
import { taskDependencies, tasks } from "#db/schema/tasks.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId, slugOf } from "../ids.ts";
import { lockLiveLease, stopClocks } from "../leases/clocks.ts";
import { type Colleague, requireInTeam } from "../teams/crew.ts";
import type { assignTaskInput, createTaskInput, updateTaskInput } from "./schema.ts";
import { canMove, isHeld, isOver, transitions } from "./transitions.ts";

export type Task = typeof tasks.$inferSelect;
type Assignee = Colleague | null;

/** Finds a task of the actor's teams by id or number. @throws AppError not_found, the same for missing and foreign. */
export async function findTask({ actor, tx }: Context, ref: string): Promise<Task> {
  const number = /^#?(\d+)$/.exec(ref)?.[1];
  const [task] = await tx
    .select()
    .from(tasks)
    .where(and(eq(tasks.orgId, actor.orgId), number ? eq(tasks.number, Number(number)) : eq(tasks.id, ref)));
  if (!task || !(actor.teams === "all" || actor.teams.includes(task.teamId))) {
    throw new AppError("not_found", `There is no task ${ref} here. list_tasks shows the ones you can see.`);
  }
  return task;
}

/**
 * Locks tasks, whatever joins them, in the one order there is: by id, in one statement. Whoever writes to more than one
 * task begins with this, so that no two wait for each other.
 */
export async function lockTasks({ actor, tx }: Context, ids: readonly string[]): Promise<Task[]> {
  if (ids.length === 0) return [];
  const chosen = and(eq(tasks.orgId, actor.orgId), inArray(tasks.id, [...ids]));
  return tx.select().from(tasks).where(chosen).orderBy(asc(tasks.id)).for("update");
}

/** Locks a task for the rest of the transaction and reads it as it is now. */
export async function lockTask({ actor, tx }: Context, taskId: string): Promise<Task> {
  const [task] = await tx
    .select()
    .from(tasks)
    .where(and(eq(tasks.orgId, actor.orgId), eq(tasks.id, taskId)))
    .for("update");
  if (!task) throw new AppError("not_found", `There is no task ${taskId} here.`);
  return task;
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

/** @throws AppError not_found unless the team exists and is one of the actor's. */
export async function requireTeam({ actor, tx }: Context, teamId: string) {
  const [team] = await tx
    .select()
    .from(teams)
    .where(and(eq(teams.orgId, actor.orgId), eq(teams.id, teamId)));
  if (!team || !(actor.teams === "all" || actor.teams.includes(teamId))) {
    throw new AppError("not_found", `There is no team ${teamId} here. list_teams shows yours.`);
  }
  return team;
}

/** Creates one task. @returns its id. */
export async function createTask(context: Context, input: z.output<typeof createTaskInput>): Promise<string> {
  const [id] = await createTasks(context, [input]);
  if (!id) throw new Error("no task was created");
  return id;
}

/** Creates tasks, all or none; their dependencies may name tasks that exist. @returns their ids in order. */
export async function createTasks(
  context: Context,
  inputs: readonly z.output<typeof createTaskInput>[],
): Promise<string[]> {
  for (const teamId of new Set(inputs.map((input) => input.teamId))) {
    const team = await requireTeam(context, teamId);
    if (team.archivedAt) throw new AppError("conflict", `The team ${team.name} is archived; it takes no tasks.`);
  }
  if (inputs.some((input) => input.dependsOn.length > 0)) await lockEdges(context);
  await holdAssignees(
    context,
    inputs.map(({ assignee }) => assignee),
  );
  const predecessors = new Map<string, Task>();
  for (const ref of new Set(inputs.flatMap((input) => input.dependsOn)))
    predecessors.set(ref, await findTask(context, ref));
  const states = await lockStatuses(
    context,
    [...predecessors.values()].map(({ id }) => id),
  );
  for (const input of inputs) {
    await requireRepo(context, input.teamId, input.repoId);
    if (input.assignee) await requireInTeam(context, input.teamId, input.assignee);
  }
  const lastNumber = await drawNumbers(context, "task", inputs.length);
  const created = inputs.map((input, index) => {
    const number = lastNumber - inputs.length + index + 1;
    const dependsOn = [...new Set(input.dependsOn.map((ref) => predecessors.get(ref)?.id ?? ref))];
    return {
      subject: newId(),
      team: input.teamId,
      data: {
        number,
        title: input.title,
        description: input.description,
        type: input.type,
        priority: input.priority,
        repoId: input.repoId,
        assignee: input.assignee,
        tags: input.tags,
        branch: `task-${number}-${slugOf(input.title)}`,
        dependsOn,
        openDependencies: dependsOn.filter((id) => states.get(id) !== "done").length,
      },
    };
  });
  await record(
    context,
    "task.created",
    created.map((event) => ({ ...event, task: event.subject })),
  );
  return created.map(({ subject }) => subject);
}

/** Changes what a task says, and what it waits for. */
export async function updateTask(context: Context, input: z.output<typeof updateTaskInput>): Promise<string> {
  const { task: ref, lease: _lease, addDependencies = [], removeDependencies = [], ...changes } = input;
  const changesEdges = addDependencies.length > 0 || removeDependencies.length > 0;
  if (changesEdges && context.lease)
    throw new AppError("conflict", "What a task waits for changes only while nobody works on it, not under a lease.");
  if (changesEdges) await lockEdges(context);
  const found = await findTask(context, ref);
  const added = await findTasks(context, addDependencies);
  const removed = await findTasks(context, removeDependencies);
  const states = await lockStatuses(context, [found.id, ...added.keys(), ...removed.keys()]);
  const task = await lockTask(context, found.id);
  refuseArchived(task);
  if (changes.repoId !== undefined) {
    if (task.headCommit)
      throw new AppError("conflict", `#${task.number} has commits already; its repository cannot change.`);
    await requireRepo(context, task.teamId, changes.repoId);
  }
  if (Object.keys(changes).length > 0) {
    await record(context, "task.updated", [{ subject: task.id, task: task.id, team: task.teamId, data: changes }]);
  }
  await addDependenciesTo(context, task, added, states);
  await removeDependenciesOf(context, task, removed, states);
  return task.id;
}

/** Gives a task to somebody, or to whoever is free first (null). A live lease of somebody else is revoked. */
export async function assignTask(
  context: Context,
  { task: ref, assignee }: z.output<typeof assignTaskInput>,
): Promise<string> {
  await holdAssignees(context, [assignee]);
  const found = await findTask(context, ref);
  const task = await lockTask(context, found.id);
  refuseArchived(task);
  if (isOver(task.status)) throw new AppError("conflict", `#${task.number} is ${task.status}; nobody needs to do it.`);
  if (assignee) await requireInTeam(context, task.teamId, assignee);
  const isTheirs = task.assigneeId === (assignee?.id ?? null);
  // Who only came to it by claiming it becomes its chosen assignee, and goes on working.
  if (isTheirs && task.pinned === (assignee !== null)) return task.id;
  if (isHeld(task.status) && !isTheirs)
    await moveTask(context, task, "todo", { reason: "It was reassigned.", leaseEnd: "revoked" });
  await record(context, "task.assigned", [{ subject: task.id, task: task.id, team: task.teamId, data: { assignee } }]);
  return task.id;
}

export interface MoveOptions {
  reason?: string;
  /** How a live lease ends when the move ends it. */
  leaseEnd?: LeaseEnd;
  /** It comes back to its assignee and goes first. */
  rework?: boolean;
}

/**
 * Moves a locked task along the state machine: the one place where a status changes, except claiming. Ends the live
 * lease when the new status is not one in which somebody works.
 * @throws AppError conflict naming the moves that are possible now.
 */
export async function moveTask(
  context: Context,
  task: Task,
  to: TaskStatus,
  { reason, leaseEnd = "released", rework }: MoveOptions = {},
): Promise<void> {
  refuseArchived(task);
  if (!canMove(task.status, to)) {
    const possible = transitions[task.status].join(", ") || "nothing (it is over; archive it)";
    throw new AppError(
      "conflict",
      `#${task.number} is ${task.status}. From there it can go to ${possible}, not to ${to}.`,
      {
        status: task.status,
        possible: transitions[task.status],
      },
    );
  }
  if (isHeld(to) && !isHeld(task.status))
    throw new AppError("conflict", `#${task.number} gets in progress by being taken: use claim_task.`);
  const lease = isHeld(task.status) && !isHeld(to) ? await lockLiveLease(context, task.id) : undefined;
  if (to === "done") await lockDependents(context, task.id);
  await record(context, "task.status_changed", [
    {
      subject: task.id,
      task: task.id,
      team: task.teamId,
      data: {
        from: task.status,
        to,
        ...(reason ? { reason } : {}),
        ...(rework ? { rework } : {}),
        ...(lease ? { lease: { id: lease.id, end: leaseEnd } } : {}),
      },
    },
  ]);
  if (lease) await stopClocks(context, [{ orgId: task.orgId, leaseId: lease.id }]);
}

/** Takes a task that is over off the board. */
export async function archiveTask(context: Context, ref: string): Promise<string> {
  const found = await findTask(context, ref);
  const task = await lockTask(context, found.id);
  if (task.archivedAt) return task.id;
  if (!isOver(task.status))
    throw new AppError(
      "conflict",
      `#${task.number} is ${task.status}. Only done and cancelled tasks are archived; cancel it first.`,
    );
  await record(context, "task.archived", [{ subject: task.id, task: task.id, team: task.teamId, data: {} }]);
  return task.id;
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

function refuseArchived(task: Task): void {
  if (task.archivedAt) throw new AppError("conflict", `#${task.number} is archived and does not change any more.`);
}

async function addDependenciesTo(
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

async function removeDependenciesOf(
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

/** The tasks that are named, by id: each once, however often and in whatever way it is named. */
export async function findTasks(context: Context, refs: readonly string[]): Promise<Map<string, Task>> {
  const found = new Map<string, Task>();
  for (const ref of new Set(refs)) {
    const task = await findTask(context, ref);
    found.set(task.id, task);
  }
  return found;
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

/** One at a time changes the edges of an organization's DAG. The first lock of a transaction, before any row. */
async function lockEdges({ tx, actor }: Context): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`edges|${actor.orgId}`}, 0))`);
}

/** Holds tasks as they are, so that no predecessor finishes between being counted as open and the edge to it. */
async function lockStatuses(context: Context, ids: readonly string[]): Promise<Map<string, TaskStatus>> {
  const locked = await lockTasks(context, ids);
  return new Map(locked.map(({ id, status }) => [id, status]));
}

/** Those that `lockToFinish` did not see, because their edge is a moment old, or that nobody asked it to lock. */
async function lockDependents({ tx, actor }: Context, taskId: string): Promise<void> {
  await tx.execute(sql`select t.id from task_dependencies d join tasks t on t.org_id = d.org_id and t.id = d.task_id
    where d.org_id = ${actor.orgId} and d.depends_on_id = ${taskId} order by t.id for update of t`);
}

/** Draws short numbers. @returns the last one drawn. */
async function drawNumbers({ tx, actor }: Context, name: string, count: number): Promise<number> {
  const [counter] = await tx
    .insert(numberCounters)
    .values({ orgId: actor.orgId, name, value: count })
    .onConflictDoUpdate({
      target: [numberCounters.orgId, numberCounters.name],
      set: { value: sql`${numberCounters.value} + ${count}` },
    })
    .returning({ value: numberCounters.value });
  if (!counter) throw new Error("the counter gave no number");
  return counter.value;
}

async function requireRepo({ tx, actor }: Context, teamId: string, repoId: string | null): Promise<void> {
  if (!repoId) return;
  const [repo] = await tx
    .select({ teamId: repos.teamId, archivedAt: repos.archivedAt })
    .from(repos)
    .where(and(eq(repos.orgId, actor.orgId), eq(repos.id, repoId)));
  if (!repo || repo.teamId !== teamId || repo.archivedAt) {
    throw new AppError("not_found", `There is no repository ${repoId} in this team. list_repos shows what there is.`);
  }
}

/**
 * Shares who is to be given work until the commit, so that nobody is archived or deactivated at the same moment and keeps
 * a task that no one will ever do. Before any task: agents come before tasks in the order of locks.
 */
export async function holdAssignees({ tx, actor }: Context, assignees: readonly Assignee[]): Promise<void> {
  const idsOf = (kind: "agent" | "user") => [
    ...new Set(assignees.flatMap((assignee) => (assignee?.kind === kind ? [assignee.id] : []))),
  ];
  const [agentIds, userIds] = [idsOf("agent"), idsOf("user")];
  if (agentIds.length > 0) {
    const theirs = and(eq(agents.orgId, actor.orgId), inArray(agents.id, agentIds));
    await tx.select({ id: agents.id }).from(agents).where(theirs).orderBy(asc(agents.id)).for("share");
  }
  if (userIds.length > 0) {
    const theirs = and(eq(memberships.orgId, actor.orgId), inArray(memberships.userId, userIds));
    const rows = tx.select({ id: memberships.userId }).from(memberships).where(theirs);
    await rows.orderBy(asc(memberships.userId)).for("share");
  }
}
