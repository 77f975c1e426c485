import { sql } from "drizzle-orm";
import { isLivingSession } from "#db/enums.ts";
import { livingStatuses } from "#db/schema/sessions.ts";
import type { Actor, Context } from "../context.ts";
import { releaseReview } from "../reviews/handing.ts";
import { lockLatestReview } from "../reviews/service.ts";
import { stopDriven } from "../sessions/conversations.ts";
import { lockSessionRow } from "../sessions/finding.ts";
import { queueMessage } from "../sessions/messages.ts";
import { dispatcher } from "../task-sessions/beginning.ts";
import { lockTask } from "../tasks/finding.ts";
import { removeWorkspace } from "../workspaces/service.ts";
import { decideNext, longestMinutes, type Next } from "./deciding.ts";
import { askVerdict } from "./words.ts";

/** An agent's session on a review, which may need something done about it. */
export interface ReviewSession {
  orgId: string;
  sessionId: string;
  taskId: string;
  agentId: string;
}

/**
 * Sessions on reviews in which something has to be done: the review is over and they are not, their turn or their time is,
 * or they broke down. Over all organizations.
 */
export async function findUnsettledReviews({ tx }: Context, most: number): Promise<ReviewSession[]> {
  return tx.execute<ReviewSession & Record<string, unknown>>(sql`
    select s.org_id as "orgId", s.id as "sessionId", s.task_id as "taskId", s.agent_id as "agentId"
    from session_runs r join sessions s on s.org_id = r.org_id and s.id = r.session_id
      join reviews v on v.org_id = r.org_id and v.id = r.review_id
      join tasks t on t.org_id = s.org_id and t.id = s.task_id
    where r.review_id is not null and (
      ((v.verdict <> 'pending' or t.status <> 'in_review' or v.reviewer_id is distinct from s.agent_id)
        and s.status in ${livingStatuses})
      or (v.verdict = 'pending' and t.status = 'in_review' and v.reviewer_id = s.agent_id and (
        s.status not in ${livingStatuses}
        or s.started_at < now() - make_interval(mins => ${longestMinutes})
        or (s.status = 'ready' and s.last_used_at < now() - make_interval(secs => case r.faults when 0 then 0 else 10 * 3 ^ r.faults end)
          and (r.stop_reason is distinct from 'cancelled' or r.failure_code is not null)
          and not exists (select 1 from session_messages m where m.org_id = s.org_id and m.session_id = s.id
            and m.status in ('queued', 'running'))))))
    order by s.id limit ${most}`);
}

/** Does what is to be done about a session on a review. `agent` is who judges. @returns what was done. */
export async function settleReviewSession(
  context: Context,
  agent: Actor,
  { taskId, sessionId }: ReviewSession,
): Promise<Next> {
  const task = await lockTask(context, taskId);
  const review = await lockLatestReview(context, task.id);
  const session = await lockSessionRow(context, sessionId);
  const [run] = await context.tx.execute<{
    reviewId: string;
    minutes: number;
    hasWords: boolean;
    stopReason: string | null;
    failureCode: string | null;
    failure: string | null;
    nudges: number;
    faults: number;
  }>(sql`select r.review_id as "reviewId", extract(epoch from now() - ${session.startedAt.toISOString()}::timestamptz)::float8 / 60 as minutes,
      r.stop_reason as "stopReason", r.failure_code as "failureCode", r.failure, r.nudges, r.faults,
      exists (select 1 from session_messages m where m.org_id = r.org_id and m.session_id = r.session_id
        and m.status in ('queued', 'running')) as "hasWords"
    from session_runs r where r.org_id = ${session.orgId} and r.session_id = ${sessionId} and r.review_id is not null for update`);
  if (!run) return "nothing";
  const isOpen =
    review?.id === run.reviewId &&
    review.verdict === "pending" &&
    review.reviewerId === session.agentId &&
    task.status === "in_review";
  const next = decideNext({ ...run, isOpen, session: session.status });
  if (next === "ask") {
    await queueMessage(context, session, { text: askVerdict(task), attachmentIds: [], by: dispatcher });
    await context.tx.execute(sql`update session_runs set nudges = nudges + 1
      where org_id = ${session.orgId} and session_id = ${sessionId}`);
  }
  if (next === "give_up") {
    const reason = (run.failure ?? session.statusReason ?? "It came to no verdict.").slice(0, 500);
    await releaseReview({ ...context, actor: agent }, { task: task.id, reason });
  }
  if (next === "give_up" || next === "stop") {
    const isUp = isLivingSession(session.status);
    if (isUp) await stopDriven(context, sessionId, `The review of #${task.number} is over.`);
    if (session.workspaceId) await removeWorkspace(context, session.workspaceId).catch(onlyIfGone);
  }
  return next;
}

/** Somebody removed it before. */
function onlyIfGone(error: unknown): void {
  if (Reflect.get(Object(error), "code") !== "not_found") throw error;
}
