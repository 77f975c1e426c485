import { and, asc, eq, inArray } from "drizzle-orm";
import { tasks } from "#db/schema/tasks.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";

export type Task = typeof tasks.$inferSelect;

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

/** The tasks that are named, by id: each once, however often and in whatever way it is named. */
export async function findTasks(context: Context, refs: readonly string[]): Promise<Map<string, Task>> {
  const found = new Map<string, Task>();
  for (const ref of new Set(refs)) {
    const task = await findTask(context, ref);
    found.set(task.id, task);
  }
  return found;
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

/**
 * Locks tasks, whatever joins them, in the one order there is: by id, in one statement. Whoever writes to more than one
 * task begins with this, so that no two wait for each other.
 */
export async function lockTasks({ actor, tx }: Context, ids: readonly string[]): Promise<Task[]> {
  if (ids.length === 0) return [];
  const chosen = and(eq(tasks.orgId, actor.orgId), inArray(tasks.id, [...ids]));
  return tx.select().from(tasks).where(chosen).orderBy(asc(tasks.id)).for("update");
}
