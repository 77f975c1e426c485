import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { findTask, lockTask } from "../tasks/finding.ts";
import type { adjustContextInput, saveContextInput } from "./schema.ts";

/**
 * Leaves something for the next one on a task, as a new version. The task is locked, so versions never fork.
 * @returns the task's id. @throws AppError conflict when `basedOn` is not the newest version, or the task is archived.
 */
export async function saveContext(
  context: Context,
  { task: ref, body, basedOn }: z.output<typeof saveContextInput>,
): Promise<string> {
  const task = await lockTask(context, (await findTask(context, ref)).id);
  if (task.archivedAt) throw new AppError("conflict", `#${task.number} is archived and does not change any more.`);
  const [newest] = await context.tx.execute<{ version: number }>(sql`select version from task_contexts
    where org_id = ${task.orgId} and task_id = ${task.id} order by version desc limit 1`);
  const version = newest?.version ?? 0;
  if (basedOn !== undefined && basedOn !== version) {
    throw new AppError(
      "conflict",
      `The context of #${task.number} is at version ${version}, not ${basedOn}. Read it with get_context and save both together.`,
      { version },
    );
  }
  await record(context, "task.context_saved", [
    { subject: task.id, task: task.id, team: task.teamId, data: { version: version + 1, body } },
  ]);
  return task.id;
}

/** Says what stays out of what an agent will see of a task, and what is added to it. */
export async function adjustContext(
  context: Context,
  { task: ref, leftOut, note }: z.output<typeof adjustContextInput>,
): Promise<string> {
  const task = await lockTask(context, (await findTask(context, ref)).id);
  if (task.archivedAt) throw new AppError("conflict", `#${task.number} is archived and does not change any more.`);
  const data = { leftOut: [...new Set(leftOut)], note };
  await record(context, "task.context_adjusted", [{ subject: task.id, task: task.id, team: task.teamId, data }]);
  return task.id;
}
