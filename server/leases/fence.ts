import { and, eq, isNull, sql } from "drizzle-orm";
import { leaseClocks, leases } from "#db/schema/tasks.ts";
import type { Context } from "../context.ts";
import { findTask, lockTask } from "../tasks/finding.ts";
import { heartbeatRefusal, leaseRefusal } from "./refusals.ts";

/**
 * The fence. An agent that writes to a task must hold its live lease; the lease row is shared until the commit, so the
 * write cannot pass while the lease ends. Each such write renews the lease. Managers and people pass without one, unless
 * they name one.
 * @throws AppError conflict when the named lease ended, is another's, or there is none.
 */
export async function holdLease(context: Context, ref: string, named?: string): Promise<void> {
  const { actor, tx } = context;
  const bound = actor.run?.leaseId ?? undefined;
  if (!named && !actor.run && actor.agent?.role !== "engineer" && actor.agent?.role !== "reviewer") return;
  // The task before the lease: the lock order of the reaper and of every service, so that none waits for the other.
  const task = await lockTask(context, (await findTask(context, ref)).id);
  const holder = actor.kind === "agent" ? eq(leases.agentId, actor.id) : eq(leases.userId, actor.id);
  const [lease] = await tx
    .select({ id: leases.id, fence: leases.fence })
    .from(leases)
    .where(
      and(
        eq(leases.orgId, actor.orgId),
        eq(leases.taskId, task.id),
        holder,
        isNull(leases.endedAt),
        named ? eq(leases.id, named) : undefined,
        // A session's token reaches no other task that its agent holds.
        actor.run ? sql`${leases.id} = ${bound ?? null}` : undefined,
      ),
    )
    .for("share");
  const alive = lease && (await renewClock(context, lease.id));
  if (!lease || !alive) throw await leaseRefusal(context, task, named ?? bound);
  context.lease = { id: lease.id, taskId: task.id, fence: lease.fence };
}

/** Keeps a lease of the actor alive. @throws AppError conflict when it has ended. */
export async function heartbeat(context: Context, leaseId: string) {
  const { actor, tx } = context;
  const holder = actor.kind === "agent" ? eq(leases.agentId, actor.id) : eq(leases.userId, actor.id);
  const [lease] = await tx
    .select({ id: leases.id })
    .from(leases)
    .where(
      and(
        eq(leases.orgId, actor.orgId),
        eq(leases.id, leaseId),
        holder,
        isNull(leases.endedAt),
        actor.run ? sql`${leases.id} = ${actor.run.leaseId}` : undefined,
      ),
    )
    .for("share");
  const clock = lease && (await renewClock(context, lease.id));
  if (!clock) throw await heartbeatRefusal(context, leaseId);
  return { expiresAt: clock.expiresAt, renewEverySeconds: Math.max(1, Math.floor(clock.ttlSeconds / 3)) };
}

/**
 * A sign of life of an agent that is silent during a long build: any call of its key renews all its leases. In a session
 * of ours its driver does.
 */
export async function renewLeasesOf({ tx, actor }: Context): Promise<void> {
  if (actor.run) return;
  await tx.execute(sql`update lease_clocks c set renewed_at = clock_timestamp(),
      expires_at = clock_timestamp() + make_interval(secs => c.ttl_seconds)
    from leases l where l.org_id = ${actor.orgId} and l.agent_id = ${actor.id} and l.ended_at is null
      and c.org_id = l.org_id and c.lease_id = l.id and c.expires_at > clock_timestamp()`);
}

/** Renews by database time, only while it has not run out. */
async function renewClock({ tx, actor }: Context, leaseId: string) {
  const [clock] = await tx
    .update(leaseClocks)
    .set({
      renewedAt: sql`clock_timestamp()`,
      expiresAt: sql`case when ${leaseClocks.ttlSeconds} = 0 or ${leaseClocks.parkedAt} is not null then null else clock_timestamp() + make_interval(secs => ${leaseClocks.ttlSeconds}) end`,
    })
    .where(
      and(
        eq(leaseClocks.orgId, actor.orgId),
        eq(leaseClocks.leaseId, leaseId),
        sql`(${leaseClocks.expiresAt} is null or ${leaseClocks.expiresAt} > clock_timestamp())`,
      ),
    )
    .returning({ expiresAt: leaseClocks.expiresAt, ttlSeconds: leaseClocks.ttlSeconds });
  return clock && { ttlSeconds: clock.ttlSeconds, expiresAt: clock.expiresAt?.toISOString() ?? null };
}
