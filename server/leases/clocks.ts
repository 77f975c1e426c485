import { and, eq, isNull, sql } from "drizzle-orm";
import { leases } from "#db/schema/tasks.ts";
import type { Context } from "../context.ts";

/** The live lease on a task, locked for the rest of the transaction. */
export async function lockLiveLease({ tx, actor }: Context, taskId: string) {
  const [lease] = await tx
    .select()
    .from(leases)
    .where(and(eq(leases.orgId, actor.orgId), eq(leases.taskId, taskId), isNull(leases.endedAt)))
    .for("update");
  return lease;
}

export async function startClocks(
  { tx, now }: Context,
  clocks: readonly { orgId: string; leaseId: string; ttlSeconds: number }[],
): Promise<void> {
  if (clocks.length === 0) return;
  await tx.execute(sql`insert into lease_clocks (org_id, lease_id, ttl_seconds, renewed_at, expires_at)
    select c.o, c.l, c.t, ${now.toISOString()}::timestamptz,
      case when c.t = 0 then null else clock_timestamp() + make_interval(secs => c.t) end
    from jsonb_to_recordset(${JSON.stringify(clocks.map(({ orgId, leaseId, ttlSeconds }) => ({ o: orgId, l: leaseId, t: ttlSeconds })))}::text::jsonb)
      as c(o uuid, l uuid, t int)`);
}

export async function stopClocks(
  { tx }: Context,
  clocks: readonly { orgId: string; leaseId: string }[],
): Promise<void> {
  if (clocks.length === 0) return;
  await tx.execute(sql`delete from lease_clocks c
    using jsonb_to_recordset(${JSON.stringify(clocks.map(({ orgId, leaseId }) => ({ o: orgId, l: leaseId })))}::text::jsonb) as s(o uuid, l uuid)
    where c.org_id = s.o and c.lease_id = s.l`);
}

/** The task waits for an answer: the clock of its live lease stands still. */
export async function parkClock({ tx, actor }: Context, taskId: string): Promise<void> {
  await tx.execute(sql`update lease_clocks c set parked_at = clock_timestamp(), expires_at = null from leases l
    where l.org_id = ${actor.orgId} and l.task_id = ${taskId} and l.ended_at is null
      and c.org_id = l.org_id and c.lease_id = l.id and c.parked_at is null`);
}

/** The answer came, or none will: clocks that stood still run anew for their whole time. Others are left as they are. */
export async function resumeClocks(
  { tx }: Context,
  tasks: readonly { orgId: string; taskId: string }[],
): Promise<void> {
  if (tasks.length === 0) return;
  await tx.execute(sql`update lease_clocks c set parked_at = null, renewed_at = clock_timestamp(),
      expires_at = case when c.ttl_seconds = 0 then null else clock_timestamp() + make_interval(secs => c.ttl_seconds) end
    from leases l join jsonb_to_recordset(${JSON.stringify(tasks.map(({ orgId, taskId }) => ({ o: orgId, t: taskId })))}::text::jsonb) as q(o uuid, t uuid)
      on l.org_id = q.o and l.task_id = q.t and l.ended_at is null
    where c.org_id = l.org_id and c.lease_id = l.id and c.parked_at is not null`);
}
