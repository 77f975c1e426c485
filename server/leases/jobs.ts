import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";
import { lockTask } from "../tasks/finding.ts";
import { moveTask } from "../tasks/service.ts";
import type { Grant } from "./service.ts";
import { lockLiveLease, stopClocks } from "./clocks.ts";

/**
 * Ends leases that ran out, over all organizations, and puts their tasks back. The system's job, every second. What
 * somebody writes to or renews at this moment is skipped, and looked at anew a second later.
 * @returns how many.
 */
export async function expireLeases(context: Context): Promise<number> {
  const { tx } = context;
  const lapsed = await tx.execute<{
    org_id: string;
    id: string;
    task_id: string;
    team_id: string;
    status: "in_progress" | "blocked";
    name: string;
  }>(sql`
    with due as materialized (
      select c.org_id, c.lease_id from lease_clocks c where c.expires_at <= clock_timestamp() limit 500
    ), held as materialized (
      select t.org_id, t.id as task_id, t.team_id, t.status, l.id, l.agent_id from due d
        join leases l on l.org_id = d.org_id and l.id = d.lease_id and l.ended_at is null
        join tasks t on t.org_id = l.org_id and t.id = l.task_id
       order by t.org_id, t.id for update of t skip locked
    )
    select h.org_id, h.id, h.task_id, h.team_id, h.status, coalesce(a.name, 'somebody') as name from held h
      join leases l on l.org_id = h.org_id and l.id = h.id and l.ended_at is null
      join lease_clocks c on c.org_id = l.org_id and c.lease_id = l.id and c.expires_at <= clock_timestamp()
      left join agents a on a.org_id = h.org_id and a.id = h.agent_id
     order by h.org_id, h.task_id for update of l, c skip locked`);
  await record(
    context,
    "task.status_changed",
    lapsed.map((row) => ({
      orgId: row.org_id,
      subject: row.task_id,
      task: row.task_id,
      team: row.team_id,
      data: {
        from: row.status,
        to: "todo" as const,
        reason: `${row.name} gave no sign of life; the lease ended.`,
        lease: { id: row.id, end: "expired" as const },
      },
    })),
  );
  await stopClocks(
    context,
    lapsed.map((row) => ({ orgId: row.org_id, leaseId: row.id })),
  );
  return lapsed.length;
}

/** Ends a lease nobody learned of; the task is free at once. Does nothing when the lease has ended meanwhile. */
export async function giveBack(
  context: Context,
  { taskId, leaseId }: Pick<Grant, "taskId" | "leaseId">,
): Promise<void> {
  const task = await lockTask(context, taskId);
  const lease = await lockLiveLease(context, taskId);
  if (lease?.id === leaseId)
    await moveTask(context, task, "todo", { reason: "It was offered to an agent that had stopped waiting." });
}

/**
 * Rework comes back to its agent first; when that agent does not take it up within a minute, whoever is free may.
 * @returns how many tasks were freed.
 */
export async function freeForgottenRework(context: Context): Promise<number> {
  const rows = await context.tx.execute<{
    org_id: string;
    id: string;
    team_id: string;
  }>(sql`select t.org_id, t.id, t.team_id from tasks t
    where t.status = 'todo' and t.assignee_id is not null and not t.pinned and t.archived_at is null
      and t.status_changed_at < now() - interval '60 seconds' order by t.org_id, t.id limit 500 for update skip locked`);
  await record(
    context,
    "task.assigned",
    rows.map((row) => ({
      orgId: row.org_id,
      subject: row.id,
      task: row.id,
      team: row.team_id,
      data: { assignee: null },
    })),
  );
  return rows.length;
}
