import type { Context } from "../context.ts";
import { readTask } from "../tasks/queries.ts";
import type { Claim } from "./schema.ts";

/** What a claimer gets: the lease to work under and everything about the task. */
export async function readClaim(context: Context, taskId: string): Promise<Omit<Claim, "git">> {
  const task = await readTask(context, taskId);
  if (!task.lease) throw new Error("a task that was just claimed has no live lease");
  return { lease: task.lease, task };
}
