import { and, asc, eq } from "drizzle-orm";
import { humanRequests } from "#db/schema/human-requests.ts";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";
import type { Task } from "../tasks/finding.ts";

/**
 * Withdraws what was asked for a task that does not wait for it any more: it was given back, reassigned or cancelled.
 * The task is locked. `all`: also what did not block it, since the task is over.
 */
export async function withdrawRequestsOf(
  context: Context,
  task: Task,
  { reason, all }: { reason: string; all: boolean },
): Promise<void> {
  const { tx, actor } = context;
  const open = await tx
    .select({ id: humanRequests.id })
    .from(humanRequests)
    .where(
      and(
        eq(humanRequests.orgId, actor.orgId),
        eq(humanRequests.taskId, task.id),
        eq(humanRequests.status, "pending"),
        all ? undefined : eq(humanRequests.blocksTask, true),
      ),
    )
    .orderBy(asc(humanRequests.id))
    .for("update");
  await record(
    context,
    "request.withdrawn",
    open.map(({ id }) => ({ subject: id, task: task.id, team: task.teamId, data: { reason } })),
  );
}
