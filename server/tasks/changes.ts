import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { claimTask } from "../leases/service.ts";
import { holdAssignees } from "../teams/crew.ts";
import { lockToCancel } from "./dependencies.ts";
import { findTask, findTasks, lockTask, lockTasks, type Task } from "./finding.ts";
import type { bulkUpdateInput, changeStatusInput } from "./schema.ts";
import { archiveTask, assignTask, moveTask, updateTask } from "./service.ts";

/**
 * Moves a task by hand. Moves that mean more than a word (finishing, approving, merging) belong to operations of their
 * own, and the refusal names them.
 */
export async function changeTaskStatus(
  context: Context,
  { task: ref, status, reason }: z.output<typeof changeStatusInput>,
): Promise<string> {
  const { actor } = context;
  const found = await findTask(context, ref);
  if (found.status === status) return found.id;
  if (status === "in_progress" && found.status === "todo") return (await claimTask(context, ref)).id;
  if (status === "cancelled") await lockToCancel(context, [found.id]);
  const task = await lockTask(context, found.id);
  refuseMeaningful(task, status);
  if (actor.kind === "agent" && status === "cancelled" && actor.role !== "manager") {
    throw new AppError(
      "forbidden",
      `An ${actor.role} does not cancel tasks. Report it as failed with a reason, or send a message.`,
    );
  }
  const back = status === "todo" && ["in_review", "in_approval"].includes(task.status);
  const leaseEnd = context.lease || task.assigneeId === actor.id ? "released" : "revoked";
  await moveTask(context, task, status, { leaseEnd, ...(reason ? { reason } : {}), ...(back ? { rework: true } : {}) });
  return task.id;
}

function refuseMeaningful(task: Task, to: Task["status"]): void {
  if (to === "in_review" && task.status === "in_progress") {
    throw new AppError(
      "conflict",
      `Finish #${task.number} with request_review: it names the commit that is to be judged.`,
    );
  }
  if (to === "in_approval" && task.status === "in_review") {
    throw new AppError("conflict", `#${task.number} is approved with approve_task, by somebody who did not write it.`);
  }
  if (to === "merging" && task.status === "in_approval") {
    throw new AppError("conflict", `#${task.number} enters the merge queue with merge_task.`);
  }
  if (to === "done" && ["in_review", "merging"].includes(task.status)) {
    throw new AppError("conflict", `#${task.number} gets done by approve_task, and with a repository by its merge.`);
  }
  if (to === "todo" && task.status === "merging") {
    throw new AppError(
      "conflict",
      `#${task.number} is in the merge queue and comes back by itself when its gate fails.`,
    );
  }
}

/** Changes many tasks in one transaction; what cannot be done to one is reported and keeps none of the others. */
export async function changeTasks(context: Context, input: z.output<typeof bulkUpdateInput>) {
  const { tx } = context;
  const changed: number[] = [];
  const refused: { number: number; reason: string }[] = [];
  const chosen = await findTasks(context, input.tasks);
  // All locks at once and in order, whatever the order of the request: two such requests never wait for each other.
  if (input.status === "cancelled") await lockToCancel(context, [...chosen.keys()]);
  if (input.assignee) await holdAssignees(context, [input.assignee]);
  for (const task of await lockTasks(context, [...chosen.keys()])) {
    const recorded = context.pending.length;
    await tx.execute(sql`savepoint one_task`);
    try {
      await changeOne(context, task, input);
      changed.push(task.number);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      await tx.execute(sql`rollback to savepoint one_task`);
      context.pending.length = recorded;
      refused.push({ number: task.number, reason: error.message });
    }
    await tx.execute(sql`release savepoint one_task`);
  }
  return { changed, refused };
}

async function changeOne(
  context: Context,
  task: Task,
  { priority, assignee, addTags, status, archive }: z.output<typeof bulkUpdateInput>,
): Promise<void> {
  const tags = addTags ? [...new Set([...task.tags, ...addTags])] : undefined;
  if (priority || tags)
    await updateTask(context, { task: task.id, ...(priority ? { priority } : {}), ...(tags ? { tags } : {}) });
  if (assignee !== undefined) await assignTask(context, { task: task.id, assignee });
  if (status) await changeTaskStatus(context, { task: task.id, status });
  if (archive) await archiveTask(context, task.id);
}
