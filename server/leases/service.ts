import { and, asc, eq, sql } from "drizzle-orm";
import { agents } from "#db/schema/organizations.ts";
import type { Actor, Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { causesOfReadiness } from "../events/causes.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { pauseWords } from "../pauses/queries.ts";
import { holdSwitches } from "../pauses/switches.ts";
import { findTask, lockTask, type Task } from "../tasks/finding.ts";
import { startClocks } from "./clocks.ts";
import { refuseByPlan, refuseUnpaid, refuseUnready, whyNoRoom } from "./refusals.ts";

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
  }>(sql`select p.*, a.name, coalesce(case a.runtime when 'external' then n.claim_seconds end, a.lease_seconds, t.default_lease_seconds, case a.runtime when 'external' then ${context.settings.leaseSeconds.external}::int
      else ${context.settings.leaseSeconds.driven}::int end) as ttl
    from pick_tasks(${JSON.stringify(requests)}::text::jsonb, ${onlyTask ?? null}::uuid) p
    join agents a on a.org_id = p.org_id and a.id = p.agent_id join teams t on t.org_id = p.org_id and t.id = p.team_id
    join tasks k on k.org_id = p.org_id and k.id = p.task_id left join plans n on n.org_id = k.org_id and n.id = k.plan_id`);
  if (picked.length === 0) return [];
  const grants = picked.map((row) => ({ ...row, leaseId: newId(), fence: Number(row.fence) }));
  // Who names a task takes it of their own accord. What is given out says what made it ready; handed to somebody who waits,
  // it goes on under that correlation too.
  const ready = grants.map((grant) => ({ orgId: grant.org_id, taskId: grant.task_id }));
  const causes = onlyTask ? undefined : await causesOfReadiness(context.tx, ready);
  const becauseOf = (taskId: string) => {
    const cause = causes?.get(taskId);
    if (!cause || context.actor.kind === "system") return cause;
    return { seq: cause.seq, correlationId: context.requestId };
  };
  await record(
    context,
    "task.claimed",
    grants.map((grant) => ({
      orgId: grant.org_id,
      subject: grant.task_id,
      task: grant.task_id,
      team: grant.team_id,
      actor: { kind: "agent" as const, id: grant.agent_id, name: grant.name },
      because: becauseOf(grant.task_id),
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
  refuseRun(actor);
  const found = await findTask(context, ref);
  if (actor.agent) await lockAgent(context, actor);
  const pause = await holdSwitches(context, { teamId: found.teamId, exclusive: actor.agent !== undefined });
  const task = await lockTask(context, found.id);
  await refuseUnready(context, task);
  if (!actor.agent) {
    if (pause) throw new AppError("conflict", `${pauseWords(pause)} Resume it first.`);
    await refuseByPlan(context, task);
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
    if (!grant) await refuseByPlan(context, task);
    if (!grant) await refuseUnpaid(context, task);
    if (!grant) throw new AppError("conflict", await whyNoRoom(context, task.teamId));
  }
  return task;
}

/** Takes the best ready task for an agent; nothing when nothing is ready. */
export async function claimBest(context: Context): Promise<Grant | undefined> {
  const { actor } = context;
  refuseReviewer(actor);
  refuseRun(actor);
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

function refuseReviewer(actor: Actor): void {
  if (actor.agent?.role === "reviewer")
    throw new AppError("forbidden", "A reviewer takes no tasks. Call wait_for_work: it gives you reviews to write.");
}

/** A session is for one task; the next one gets a session of its own. @throws AppError conflict */
export function refuseRun({ run }: Actor): void {
  if (run)
    throw new AppError(
      "conflict",
      "This session is for its one task. Do that, ask for its review with request_review, then end your turn: answers, remarks and new work are brought to you.",
    );
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

async function lockAgent({ tx, actor }: Context, { id }: Actor): Promise<void> {
  await tx
    .select({ id: agents.id })
    .from(agents)
    .where(and(eq(agents.orgId, actor.orgId), eq(agents.id, id)))
    .orderBy(asc(agents.id))
    .for("update");
}
