import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { agents } from "#db/schema/organizations.ts";
import { leaseClocks, leases } from "#db/schema/tasks.ts";
import type { Actor, Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { findTask, lockTask, type Task } from "../tasks/finding.ts";
import { moveTask } from "../tasks/service.ts";
import { lockLiveLease, startClocks, stopClocks } from "./clocks.ts";
import { heartbeatRefusal, leaseRefusal, refuseUnready, whyNoRoom } from "./refusals.ts";

/** Free capacity that looks for work: up to `max` tasks for one agent. */
export interface Seeker {
  orgId: string;
  teamId: string;
  agentId: string;
  max: number;
}

/** What a claim gives: a live lease. */
export interface Grant {
  orgId: string;
  teamId: string;
  agentId: string;
  taskId: string;
  leaseId: string;
  fence: number;
}

/** A live lease of an agent, as it is reminded of it. */
export interface HeldLease {
  lease: string;
  taskId: string;
  number: number;
  title: string;
}

/**
 * Gives the best ready tasks to whoever looks for work: the one way to a task, whatever asked for it (parked agents, the
 * worker's turns, a manual claim). Several organizations in one transaction when the actor is the system.
 */
export async function claimFor(context: Context, seekers: readonly Seeker[], onlyTask?: string): Promise<Grant[]> {
  if (seekers.length === 0) return [];
  const requests = seekers.map(({ orgId, teamId, agentId, max }) => ({
    org_id: orgId,
    team_id: teamId,
    agent_id: agentId,
    max,
  }));
  const picked = await context.tx.execute<{
    org_id: string;
    team_id: string;
    agent_id: string;
    task_id: string;
    slot: number;
    fence: string;
    name: string;
    ttl: number;
  }>(sql`select p.*, a.name, coalesce(a.lease_seconds, case a.runtime when 'external' then ${context.settings.leaseSeconds.external}::int
      else ${context.settings.leaseSeconds.driven}::int end) as ttl
    from pick_tasks(${JSON.stringify(requests)}::text::jsonb, ${onlyTask ?? null}::uuid) p
    join agents a on a.org_id = p.org_id and a.id = p.agent_id`);
  if (picked.length === 0) return [];
  const grants = picked.map((row) => ({ ...row, leaseId: newId(), fence: Number(row.fence) }));
  await record(
    context,
    "task.claimed",
    grants.map((grant) => ({
      orgId: grant.org_id,
      subject: grant.task_id,
      task: grant.task_id,
      team: grant.team_id,
      actor: { kind: "agent" as const, id: grant.agent_id, name: grant.name },
      data: { lease: grant.leaseId, agentId: grant.agent_id, userId: null, slot: grant.slot, fence: grant.fence },
    })),
  );
  await startClocks(
    context,
    grants.map((grant) => ({ orgId: grant.org_id, leaseId: grant.leaseId, ttlSeconds: grant.ttl })),
  );
  return grants.map((grant) => ({
    orgId: grant.org_id,
    teamId: grant.team_id,
    agentId: grant.agent_id,
    taskId: grant.task_id,
    leaseId: grant.leaseId,
    fence: grant.fence,
  }));
}

/**
 * Takes one task for the actor, or says exactly why not.
 * @throws AppError conflict when it is held, waits for others, is paused or the agent has no free slot.
 */
export async function claimTask(context: Context, ref: string): Promise<Task> {
  const { actor } = context;
  refuseReviewer(actor);
  const found = await findTask(context, ref);
  if (actor.agent) await lockAgent(context, actor);
  const paused = await holdTeam(context, found.teamId);
  const task = await lockTask(context, found.id);
  await refuseUnready(context, task);
  if (!actor.agent) {
    if (paused) throw new AppError("conflict", "Work is paused. Resume it first.");
    await takeAsPerson(context, task);
  } else {
    if (task.assigneeId && task.assigneeId !== actor.id) {
      throw new AppError(
        "conflict",
        `#${task.number} is assigned to somebody else. Take another one with claim_task, or ask for it to be reassigned.`,
      );
    }
    if (task.teamId !== actor.agent.teamId) {
      throw new AppError("forbidden", `#${task.number} belongs to another team than yours.`);
    }
    const [grant] = await claimFor(
      context,
      [{ orgId: actor.orgId, teamId: task.teamId, agentId: actor.id, max: 1 }],
      task.id,
    );
    if (!grant) throw new AppError("conflict", await whyNoRoom(context, task.teamId));
  }
  return task;
}

/** Takes the best ready task for an agent; nothing when nothing is ready. */
export async function claimBest(context: Context): Promise<Grant | undefined> {
  const { actor } = context;
  refuseReviewer(actor);
  if (!actor.agent)
    throw new AppError(
      "invalid",
      "Name the task to take: claim_task with `task`. Only agents are given the best ready one.",
    );
  const [grant] = await claimFor(context, [
    { orgId: actor.orgId, teamId: actor.agent.teamId, agentId: actor.id, max: 1 },
  ]);
  return grant;
}

/**
 * The fence. An agent that writes to a task must hold its live lease; the lease row is shared until the commit, so the
 * write cannot pass while the lease ends. Each such write renews the lease. Managers and people pass without one, unless
 * they name one.
 * @throws AppError conflict when the named lease ended, is another's, or there is none.
 */
export async function holdLease(context: Context, ref: string, named?: string): Promise<void> {
  const { actor, tx } = context;
  if (!named && actor.agent?.role !== "engineer" && actor.agent?.role !== "reviewer") return;
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
      ),
    )
    .for("share");
  const alive = lease && (await renewClock(context, lease.id));
  if (!lease || !alive) throw await leaseRefusal(context, task, named);
  context.lease = { id: lease.id, taskId: task.id, fence: lease.fence };
}

/** Keeps a lease of the actor alive. @throws AppError conflict when it has ended. */
export async function heartbeat(context: Context, leaseId: string) {
  const { actor, tx } = context;
  const holder = actor.kind === "agent" ? eq(leases.agentId, actor.id) : eq(leases.userId, actor.id);
  const [lease] = await tx
    .select({ id: leases.id })
    .from(leases)
    .where(and(eq(leases.orgId, actor.orgId), eq(leases.id, leaseId), holder, isNull(leases.endedAt)))
    .for("share");
  const clock = lease && (await renewClock(context, lease.id));
  if (!clock) throw await heartbeatRefusal(context, leaseId);
  return { expiresAt: clock.expiresAt, renewEverySeconds: Math.max(1, Math.floor(clock.ttlSeconds / 3)) };
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

/** A sign of life of an agent that is silent during a long build: any call of its key renews all its leases. */
export async function renewLeasesOf({ tx, actor }: Context): Promise<void> {
  await tx.execute(sql`update lease_clocks c set renewed_at = clock_timestamp(),
      expires_at = clock_timestamp() + make_interval(secs => c.ttl_seconds)
    from leases l where l.org_id = ${actor.orgId} and l.agent_id = ${actor.id} and l.ended_at is null
      and c.org_id = l.org_id and c.lease_id = l.id and c.expires_at > clock_timestamp()`);
}

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

/** The agent's live leases, oldest first, and whether all of its slots are filled by them. */
export async function leasesHeld({ tx, actor }: Context): Promise<{ held: HeldLease[]; isFull: boolean }> {
  const rows = await tx.execute<HeldLease & { slots: number }>(sql`
    select l.id as lease, l.task_id as "taskId", t.number, t.title, a.slots
    from leases l join agents a on a.org_id = l.org_id and a.id = l.agent_id
      join tasks t on t.org_id = l.org_id and t.id = l.task_id
    where l.org_id = ${actor.orgId} and l.agent_id = ${actor.id} and l.ended_at is null order by l.started_at`);
  return { held: rows, isFull: rows.length > 0 && rows.length >= (rows[0]?.slots ?? 0) };
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

function refuseReviewer(actor: Actor): void {
  if (actor.agent?.role === "reviewer")
    throw new AppError("forbidden", "A reviewer takes no tasks. Call wait_for_work: it gives you reviews to write.");
}

async function takeAsPerson(context: Context, task: Task): Promise<void> {
  const { actor, tx } = context;
  if (actor.kind !== "user") throw new AppError("forbidden", "Only people and agents take tasks.");
  const [drawn] = await tx.execute<{ fence: string }>(sql`select nextval('lease_fences') as fence`);
  const leaseId = newId();
  await record(context, "task.claimed", [
    {
      subject: task.id,
      task: task.id,
      team: task.teamId,
      data: { lease: leaseId, agentId: null, userId: actor.id, slot: null, fence: Number(drawn?.fence) },
    },
  ]);
  await startClocks(context, [{ orgId: actor.orgId, leaseId, ttlSeconds: 0 }]);
}

/**
 * Holds the pause switches and, for an agent, the team's count of tasks in progress, as `pick_tasks` does: before the
 * task, so that claims of either kind lock in one order. @returns whether work is paused.
 */
async function holdTeam({ tx, actor }: Context, teamId: string): Promise<boolean> {
  const strength = actor.agent ? sql`no key update` : sql`share`;
  const [held] = await tx.execute<{ paused: boolean }>(sql`
    select (t.paused_at is not null or o.paused_at is not null) as paused from teams t join organizations o on o.org_id = t.org_id
     where t.org_id = ${actor.orgId} and t.id = ${teamId} for ${strength} of t for share of o`);
  return held?.paused ?? false;
}

async function lockAgent({ tx, actor }: Context, { id }: Actor): Promise<void> {
  await tx
    .select({ id: agents.id })
    .from(agents)
    .where(and(eq(agents.orgId, actor.orgId), eq(agents.id, id)))
    .orderBy(asc(agents.id))
    .for("update");
}
