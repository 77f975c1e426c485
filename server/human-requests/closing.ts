import { and, asc, eq, sql } from "drizzle-orm";
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

/** Withdraws what was asked at a cap that is another one now: nobody need answer it, and the asker may call again. */
export async function withdrawQuestionsAtCap(context: Context, budgetId: string, reason: string): Promise<void> {
  const { tx, actor } = context;
  const open = await tx
    .select({ id: humanRequests.id, teamId: humanRequests.teamId })
    .from(humanRequests)
    .where(
      and(
        eq(humanRequests.orgId, actor.orgId),
        eq(humanRequests.kind, "budget"),
        eq(humanRequests.status, "pending"),
        sql`${humanRequests.data}->>'budgetId' = ${budgetId}`,
      ),
    )
    .orderBy(asc(humanRequests.id))
    .for("update");
  await record(
    context,
    "request.withdrawn",
    open.map(({ id, teamId }) => ({ subject: id, team: teamId, data: { reason } })),
  );
}

/** Withdraws what was asked about one thing (as its `data` says) that is settled by other means now. */
export async function withdrawRequestsAbout(
  context: Context,
  about: Record<string, string>,
  reason: string,
): Promise<void> {
  const { tx, actor } = context;
  const open = await tx
    .select({ id: humanRequests.id, teamId: humanRequests.teamId })
    .from(humanRequests)
    .where(
      and(
        eq(humanRequests.orgId, actor.orgId),
        eq(humanRequests.status, "pending"),
        sql`${humanRequests.data} @> ${JSON.stringify(about)}::text::jsonb`,
      ),
    )
    .orderBy(asc(humanRequests.id))
    .for("update");
  await record(
    context,
    "request.withdrawn",
    open.map(({ id, teamId }) => ({ subject: id, team: teamId, data: { reason } })),
  );
}
