import { and, eq, sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import { plans } from "#db/schema/plans.ts";
import { leases } from "#db/schema/tasks.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { findPause, pauseWords } from "../pauses/queries.ts";
import { describeBlockers } from "../tasks/dependencies.ts";
import type { Task } from "../tasks/finding.ts";
import { closedWords } from "./queries.ts";

// Whoever is refused here is mostly a model in the middle of its work: each answer says what became of that work and
// which call comes next.

/** Refuses to hand out a task that cannot be started now. @throws AppError conflict with the reason. */
export async function refuseUnready(context: Context, task: Task): Promise<void> {
  const { tx, actor } = context;
  if (task.archivedAt) throw new AppError("conflict", `#${task.number} is archived.`);
  if (task.status !== "todo") {
    const [live] = await tx.execute<{
      lease: string;
      name: string;
      isOwn: boolean;
    }>(sql`select l.id as lease, coalesce(a.name, u.name, 'somebody') as name, coalesce(l.agent_id, l.user_id) = ${actor.id} as "isOwn"
      from leases l left join agents a on a.org_id = l.org_id and a.id = l.agent_id left join users u on u.id = l.user_id
      where l.org_id = ${actor.orgId} and l.task_id = ${task.id} and l.ended_at is null`);
    if (live?.isOwn)
      throw new AppError(
        "conflict",
        `You hold #${task.number} already: go on with it under your lease ${live.lease}. get_task reads it whole.`,
        { lease: live.lease },
      );
    throw new AppError(
      "conflict",
      `#${task.number} is ${task.status}${live ? `, held by ${live.name}` : ""}. Only a task in todo can be taken; take another with claim_task or wait_for_work.`,
    );
  }
  if (task.openDependencies > 0) throw new AppError("conflict", ...(await describeBlockers(context, task)));
}

/** Refuses a task whose money is used up: its own, its agent's, its team's or its organization's. @throws AppError over_budget */
export async function refuseUnpaid(
  { tx, actor }: Context,
  { id, teamId, planId }: Pick<Task, "id" | "teamId" | "planId">,
): Promise<void> {
  const [closed] = await tx.execute(sql`select 1 from closed_budgets x
    where x.org_id = ${actor.orgId} and x.scope_id in (${actor.orgId}, ${teamId}, ${actor.id}, ${id}, ${planId}::uuid) limit 1`);
  if (!closed) return;
  throw new AppError(
    "over_budget",
    "The money for this work is used up, so nothing is started. check_budget shows which cap it is and when it begins anew; an admin may raise it. Call wait_for_work: it answers when there is money again.",
  );
}

/** Refuses a task whose plan is paused, or gives its tasks to other kinds of agents. @throws AppError conflict */
export async function refuseByPlan(
  { tx, actor }: Context,
  { number, planId }: Pick<Task, "number" | "planId">,
): Promise<void> {
  if (!planId) return;
  const [plan] = await tx
    .select({ number: plans.number, status: plans.status, mode: plans.mode })
    .from(plans)
    .where(and(eq(plans.orgId, actor.orgId), eq(plans.id, planId)));
  if (plan?.status === "paused")
    throw new AppError(
      "conflict",
      `#${number} belongs to plan ${plan.number}, which is paused. Nothing of it starts until a person resumes it.`,
    );
  if (!plan || !actor.agent || plan.mode === "hybrid") return;
  const isExternal = actor.agent.runtime === "external";
  if (plan.mode === "external" && !isExternal)
    throw new AppError(
      "conflict",
      `#${number} belongs to plan ${plan.number}, whose tasks are for agents from outside. Take another with wait_for_work.`,
    );
  if (plan.mode === "auto" && isExternal)
    throw new AppError(
      "conflict",
      `#${number} belongs to plan ${plan.number}, whose tasks are for agents that run here. Take another with wait_for_work.`,
    );
}

/** Why an agent was given nothing although the task is ready. */
export async function whyNoRoom(context: Context, teamId: string): Promise<string> {
  const { tx, actor } = context;
  const [state] = await tx.execute<{
    status: string;
    slots: number;
    held: number;
    max: number;
    running: number;
    opensAt: string | null;
    isOpen: boolean;
    reviewLimit: number | null;
    inReview: number;
  }>(sql`
    select a.status, a.slots, t.max_concurrent as max, t.review_limit as "reviewLimit",
      within_working_hours(t.working_hours, clock_timestamp()) as "isOpen",
      ${isoTime(sql`next_working_hours(t.working_hours, clock_timestamp())`)} as "opensAt",
      (select count(*)::int from tasks k where k.org_id = t.org_id and k.team_id = t.id and k.status = 'in_review'
        and k.archived_at is null) as "inReview",
      (select count(*)::int from leases l where l.org_id = a.org_id and l.agent_id = a.id and l.ended_at is null) as held,
      (select count(*)::int from leases l where l.org_id = t.org_id and l.team_id = t.id and l.ended_at is null) as running
    from agents a join teams t on t.org_id = a.org_id and t.id = ${teamId}
    where a.org_id = ${actor.orgId} and a.id = ${actor.id}`);
  if (!state) return "This agent is gone.";
  const pause = await findPause(context, { teamId, agentId: actor.id });
  if (pause) return `${pauseWords(pause)} Nothing can be taken until a person resumes it.`;
  if (state.status !== "active") return `This agent is ${state.status}; it takes no work.`;
  if (state.held >= state.slots)
    return `You already hold ${state.held} of your ${state.slots} slots. Finish or release a task first; wait_for_work gives you what you hold.`;
  if (state.running >= state.max)
    return `The team already works on ${state.running} tasks at once, its limit. Wait with wait_for_work.`;
  if (!state.isOpen) return closedWords(state.opensAt);
  if (state.reviewLimit !== null && state.inReview >= state.reviewLimit)
    return `${state.inReview} tasks wait for review, as many as the team lets wait. New ones start when some are judged.`;
  return "The task was taken a moment ago. Take another with claim_task or wait_for_work.";
}

/** Why a write to a task is refused: the named lease ended or is none of the caller's, or there is no live one. */
export async function leaseRefusal(context: Context, task: Task, named: string | undefined): Promise<AppError> {
  const stopped = await pausedRefusal(context, task.teamId);
  if (!named && stopped && isFree(task)) return stopped;
  if (!named)
    return new AppError(
      "conflict",
      `You hold no live lease on #${task.number}, so nothing was changed. ${nextStep(context, task)}`,
    );
  const lease = await findOwnLease(context, named);
  if (lease?.endReason === "revoked" && stopped) return stopped;
  if (lease?.taskId !== task.id)
    return new AppError(
      "conflict",
      `${named} is no lease of yours on #${task.number}, so nothing was changed. Leave \`lease\` out to write under the live lease you hold on it.`,
    );
  const handedOver = lease.endReason === "completed";
  return new AppError(
    "conflict",
    `The lease ${named} on #${task.number} has ended (${lease.endReason ?? "expired"}), so nothing was changed. ${
      handedOver ? nextStep(context, task) : "Stop working on it; call claim_task or wait_for_work for new work."
    }`,
  );
}

/** Why a lease cannot be kept alive: it ended, or it never was the caller's. */
export async function heartbeatRefusal(context: Context, leaseId: string): Promise<AppError> {
  const lease = await findOwnLease(context, leaseId);
  const stopped = lease?.endReason === "revoked" ? await pausedRefusal(context, lease.teamId) : undefined;
  return (
    stopped ??
    new AppError(
      "conflict",
      lease
        ? `This lease has ended (${lease.endReason ?? "expired"}): its task is free, handed over or another's now. Stop working on it and call wait_for_work.`
        : `${leaseId} is no lease of yours. Name the lease.id that wait_for_work or claim_task gave you, not the task's id.`,
    )
  );
}

/** Whose lease a hard pause took is told who stopped it and why. */
async function pausedRefusal(context: Context, teamId: string): Promise<AppError | undefined> {
  const { actor } = context;
  const pause = await findPause(context, { teamId, agentId: actor.kind === "agent" ? actor.id : undefined });
  if (!pause) return undefined;
  return new AppError(
    "conflict",
    `${pauseWords(pause)} Your lease was taken back and nothing was changed. Stop working on it and call wait_for_work: it gives you work when a person resumes.`,
    { paused: pause },
  );
}

const isFree = ({ status }: Task) => status === "todo";

async function findOwnLease({ tx, actor }: Context, id: string) {
  const holder = actor.kind === "agent" ? eq(leases.agentId, actor.id) : eq(leases.userId, actor.id);
  const [lease] = await tx
    .select({ taskId: leases.taskId, teamId: leases.teamId, endReason: leases.endReason })
    .from(leases)
    .where(and(eq(leases.orgId, actor.orgId), eq(leases.id, id), holder));
  return lease;
}

function nextStep({ actor }: Context, { number, status }: Task): string {
  if (actor.role === "reviewer")
    return "A reviewer changes no tasks: answer with approve_task or request_changes, or write with send_message.";
  if (status === "todo") return `Call claim_task with task "${number}" first.`;
  if (status === "in_progress" || status === "blocked")
    return "Somebody else works on it. Call wait_for_work for work of your own.";
  return `It is ${status}: get_review_feedback tells how its review and merge stand, wait_for_work gives new work.`;
}
