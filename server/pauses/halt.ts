import { type SQL, sql } from "drizzle-orm";
import type { TaskStatus } from "#db/enums.ts";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";
import { withdrawRequestsOf } from "../human-requests/closing.ts";
import { stopClocks } from "../leases/clocks.ts";
import { lockTask } from "../tasks/finding.ts";
import type { Target } from "./service.ts";

/**
 * Takes back what runs: live leases are revoked and their tasks go back with the reason, reviews that were handed out
 * are given back. Gates stop by themselves at their next safe point. The switch is held, so nothing starts meanwhile.
 * @returns how many tasks were taken back.
 */
export async function haltWork(context: Context, target: Target, reason: string): Promise<number> {
  const held = await lockHeldTasks(context, target);
  await record(
    context,
    "task.status_changed",
    held.map(({ taskId, teamId, status, leaseId }) => ({
      subject: taskId,
      task: taskId,
      team: teamId,
      data: { from: status, to: "todo" as const, reason, lease: { id: leaseId, end: "revoked" as const } },
    })),
  );
  for (const { taskId, status } of held)
    if (status === "blocked")
      await withdrawRequestsOf(context, await lockTask(context, taskId), { reason, all: false });
  const { orgId } = context.actor;
  await stopClocks(
    context,
    held.map(({ leaseId }) => ({ orgId, leaseId })),
  );
  await releaseReviews(context, target, reason);
  return held.length;
}

/** Tasks before leases; a second look at the leases, since one may have ended while the tasks were waited for. */
async function lockHeldTasks({ tx, actor }: Context, target: Target) {
  const live = sql`leases l where l.org_id = ${actor.orgId} and l.ended_at is null and ${within(target, sql`l.agent_id`, sql`l.team_id`)}`;
  await tx.execute(sql`select 1 from tasks t where t.org_id = ${actor.orgId} and t.id in (select l.task_id from ${live})
    order by t.id for update of t`);
  return tx.execute<
    { taskId: string; teamId: string; leaseId: string; status: TaskStatus } & Record<string, unknown>
  >(sql`
    select t.id as "taskId", t.team_id as "teamId", t.status, x.id as "leaseId"
      from (select l.id, l.task_id from ${live} order by l.id for update of l) x
      join tasks t on t.org_id = ${actor.orgId} and t.id = x.task_id order by t.id`);
}

async function releaseReviews(context: Context, target: Target, reason: string): Promise<void> {
  const { tx, actor } = context;
  const given = await tx.execute<{ id: string; taskId: string; teamId: string } & Record<string, unknown>>(sql`
    select r.id, r.task_id as "taskId", r.team_id as "teamId" from reviews r
     where r.org_id = ${actor.orgId} and r.verdict = 'pending' and r.reviewer_id is not null
       and ${within(target, sql`r.reviewer_id`, sql`r.team_id`)} order by r.id for update`);
  await record(
    context,
    "review.released",
    given.map(({ id, taskId, teamId }) => ({
      subject: id,
      task: taskId,
      team: teamId,
      data: { reason, declinedBy: null },
    })),
  );
}

function within({ scope, id }: Target, agent: SQL, team: SQL): SQL {
  if (scope === "agent") return sql`${agent} = ${id}`;
  return scope === "team" ? sql`${team} = ${id}` : sql`true`;
}
