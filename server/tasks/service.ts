import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { LeaseEnd, Rigor, TaskStatus } from "#db/enums.ts";
import { numberCounters } from "#db/schema/organizations.ts";
import { repos } from "#db/schema/repos.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId, slugOf } from "../ids.ts";
import { withdrawRequestsOf } from "../human-requests/closing.ts";
import { lockLiveLease, resumeClocks, stopClocks } from "../leases/clocks.ts";
import { holdAssignees, requireWorker } from "../teams/crew.ts";
import { findTeam, teamMeant } from "../teams/finding.ts";
import {
  addDependenciesTo,
  lockDependents,
  lockEdges,
  lockStatuses,
  lockUpstream,
  removeDependenciesOf,
} from "./dependencies.ts";
import { findTask, findTasks, lockTask, type Task } from "./finding.ts";
import type { assignTaskInput, createTaskInput, TaskOrigin, updateTaskInput } from "./schema.ts";
import { canMove, isHeld, isOver, transitions } from "./transitions.ts";

/** Creates one task. @returns its id. */
export async function createTask(context: Context, input: z.output<typeof createTaskInput>): Promise<string> {
  const [id] = await createTasks(context, [input]);
  if (!id) throw new Error("no task was created");
  return id;
}

/**
 * A task to be made, perhaps together with others it waits for: `dependsOnPlaces` are their places in the list. Where a
 * webhook brought it from (`origin`, `tainted`) no caller can say of a task of its own.
 */
type NewTask = z.output<typeof createTaskInput> & {
  dependsOnPlaces?: readonly number[];
  origin?: TaskOrigin;
  tainted?: true;
  /** The plan it was approved with. */
  plan?: { id: string; key: string; rigor: Rigor };
};

/** Creates tasks, all or none; their dependencies may name tasks that exist, or each other. @returns their ids in order. */
export async function createTasks(context: Context, asked: readonly NewTask[]): Promise<string[]> {
  const inputs = asked.map((input) => ({ ...input, teamId: teamMeant(context, input.teamId) }));
  const prefixes = new Map<string, string>();
  for (const teamId of new Set(inputs.map((input) => input.teamId))) {
    const team = await findTeam(context, teamId);
    if (team.archivedAt) throw new AppError("conflict", `The team ${team.name} is archived; it takes no tasks.`);
    prefixes.set(teamId, team.branchPrefix);
  }
  if (inputs.some((input) => input.dependsOn.length > 0)) await lockEdges(context);
  await holdAssignees(
    context,
    inputs.map(({ assignee }) => assignee),
  );
  const predecessors = new Map<string, Task>();
  for (const ref of new Set(inputs.flatMap((input) => input.dependsOn)))
    predecessors.set(ref, await findTask(context, ref));
  const states = await lockUpstream(
    context,
    [...predecessors.values()].map(({ id }) => id),
  );
  const wanted = new Map(inputs.map((input) => [`${input.teamId} ${input.repoId} ${input.assignee?.id}`, input]));
  for (const { teamId, repoId, assignee } of wanted.values()) {
    await requireRepo(context, teamId, repoId);
    if (assignee) await requireWorker(context, teamId, assignee);
  }
  const lastNumber = await drawNumbers(context, "task", inputs.length);
  const ids = inputs.map(() => newId());
  const created = inputs.map((input, index) => {
    const number = lastNumber - inputs.length + index + 1;
    const existing = input.dependsOn.map((ref) => predecessors.get(ref)?.id ?? ref);
    const dependsOn = [
      ...new Set([...existing, ...(input.dependsOnPlaces ?? []).flatMap((place) => ids[place] ?? [])]),
    ];
    return {
      subject: ids[index] ?? newId(),
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
        branch: `${prefixes.get(input.teamId) ?? "task-"}${number}-${slugOf(input.title)}`,
        dependsOn,
        openDependencies: dependsOn.filter((id) => states.get(id) !== "done").length,
        ...(input.origin ? { origin: input.origin } : {}),
        ...(input.tainted ? { tainted: true } : {}),
        ...(input.plan ? { plan: input.plan } : {}),
        ...briefOf(input),
      },
    };
  });
  await record(
    context,
    "task.created",
    afterPredecessors(created).map((event) => ({ ...event, task: event.subject })),
  );
  return created.map(({ subject }) => subject);
}

/** What its doer is told besides its text, as far as it was told. */
function briefOf(input: NewTask) {
  const { complexity, acceptanceCriteria, touches, estimateMinutes, estimateTokens, estimateCostMicros } = input;
  const brief = { complexity, acceptanceCriteria, touches, estimateMinutes, estimateTokens, estimateCostMicros };
  const { modelTier, allowedTools } = input;
  return Object.fromEntries(
    Object.entries({ ...brief, modelTier, allowedTools }).filter(([, value]) => value !== undefined),
  );
}

/** Every task after those it waits for: whoever applies the events one by one counts the same paths. */
function afterPredecessors<Event extends { subject: string; data: { dependsOn: string[] } }>(events: Event[]): Event[] {
  const left = new Map(events.map((event) => [event.subject, event]));
  const sorted: Event[] = [];
  const visit = (event: Event) => {
    if (!left.delete(event.subject)) return;
    for (const id of event.data.dependsOn) {
      const before = left.get(id);
      if (before) visit(before);
    }
    sorted.push(event);
  };
  for (const event of events) visit(event);
  return sorted;
}

/** Changes what a task says, and what it waits for. */
export async function updateTask(context: Context, input: z.output<typeof updateTaskInput>): Promise<string> {
  const { task: ref, lease: _lease, addDependencies = [], removeDependencies = [], ...changes } = input;
  const changesEdges = addDependencies.length > 0 || removeDependencies.length > 0;
  if (!changesEdges && Object.keys(changes).length === 0)
    throw new AppError(
      "invalid",
      "Nothing to change: give title, description, type, priority, tags, repoId, addDependencies or removeDependencies. change_task_status moves a task, assign_task gives it to somebody.",
    );
  if (changesEdges && context.lease)
    throw new AppError("conflict", "What a task waits for changes only while nobody works on it, not under a lease.");
  // Both change the longest chain downstream of others.
  const changesPaths = changes.estimateMinutes !== undefined || changes.complexity !== undefined;
  if (changesEdges || changesPaths) await lockEdges(context);
  const found = await findTask(context, ref);
  const added = await findTasks(context, addDependencies);
  const removed = await findTasks(context, removeDependencies);
  const lock = changesEdges || changesPaths ? lockUpstream : lockStatuses;
  const states = await lock(context, [found.id, ...added.keys(), ...removed.keys()]);
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
  if (assignee) await requireWorker(context, task.teamId, assignee);
  const isTheirs = task.assigneeId === (assignee?.id ?? null);
  // Who only came to it by claiming it becomes its chosen assignee, and goes on working.
  if (isTheirs && task.pinned === (assignee !== null)) return task.id;
  if (isHeld(task.status) && !isTheirs)
    await moveTask(context, task, "todo", { reason: "It was reassigned.", leaseEnd: "revoked" });
  await record(context, "task.assigned", [{ subject: task.id, task: task.id, team: task.teamId, data: { assignee } }]);
  return task.id;
}

/** Characters of a task's output; more is a file. */
const mostOutput = 200_000;

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
  if (task.status === "blocked" && to === "in_progress")
    await resumeClocks(context, [{ orgId: task.orgId, taskId: task.id }]);
  // A task that does not wait any more needs no answer; one that is over needs none at all.
  const all = isOver(to) || to === "failed";
  if (all || task.status === "blocked")
    await withdrawRequestsOf(context, task, { reason: reason ?? `#${task.number} is ${to}.`, all });
}

/** Keeps what a task brought forth besides commits: those that wait for it read it. The last one counts. */
export async function storeOutput(
  context: Context,
  { id, teamId }: Pick<Task, "id" | "teamId">,
  output: string,
): Promise<void> {
  const text = output.slice(0, mostOutput).replaceAll("\0", "\u2400").toWellFormed();
  await record(context, "task.output_stored", [{ subject: id, task: id, team: teamId, data: { output: text } }]);
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

function refuseArchived(task: Task): void {
  if (task.archivedAt) throw new AppError("conflict", `#${task.number} is archived and does not change any more.`);
}

/** Draws short numbers. @returns the last one drawn. */
export async function drawNumbers({ tx, actor }: Context, name: string, count: number): Promise<number> {
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
