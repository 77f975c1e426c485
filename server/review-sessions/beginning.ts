import { sql } from "drizzle-orm";
import { capNewSession } from "../budgets/service.ts";
import type { Context } from "../context.ts";
import { requireKind } from "../drivers/kinds.ts";
import { chooseModels } from "../models/choosing.ts";
import { lockLatestReview, type ReviewGrant } from "../reviews/service.ts";
import { createSession } from "../sessions/conversations.ts";
import { lockSessionRow } from "../sessions/finding.ts";
import { queueMessage } from "../sessions/messages.ts";
import { assembleContext, contextText } from "../task-contexts/assembly.ts";
import { reachable } from "../sessions/models.ts";
import { dispatcher, type Started } from "../task-sessions/beginning.ts";
import { lockTask, type Task } from "../tasks/finding.ts";
import { findTeam } from "../teams/finding.ts";
import { createWorkspace } from "../workspaces/service.ts";
import { waysOfReviewing } from "./words.ts";

/** What one review may cost at most; people can set another cap for the session. */
const mostMicros = 2_000_000;

/**
 * Begins the judgement of a review that was handed to an agent of runtime `acp`: a session of its own, in which it reads
 * what it is about and changes nothing. Asked twice for one review it does nothing. The actor is the agent.
 * @returns the session's id; undefined when the review is not the agent's to write, or it is written already.
 * @throws AppError unavailable when no model can be called, and what making a session or workspace throws.
 */
export async function beginReviewSession(
  context: Context,
  { reviewId, taskId }: Pick<ReviewGrant, "reviewId" | "taskId">,
  { agentKind, mode, model }: Started,
): Promise<string | undefined> {
  const { tx, actor } = context;
  const task = await lockTask(context, taskId);
  const review = await lockLatestReview(context, task.id);
  if (review?.id !== reviewId || review.verdict !== "pending" || review.reviewerId !== actor.id) return undefined;
  const [begun] = await tx.execute(
    sql`select 1 from session_runs where org_id = ${actor.orgId} and review_id = ${reviewId}`,
  );
  if (begun) return undefined;
  const { defaultAgentKind } = await findTeam(context, task.teamId);
  const kind = requireKind(agentKind ?? defaultAgentKind);
  const chosen = await reachable(context, kind, await chooseModels(context, task, model));
  const workspaceId = await checkOut(context, task);
  const name = nameOf(task);
  const sessionId = await createSession(context, {
    ...{ teamId: task.teamId, agentId: actor.id, agentKind: kind.id, task: task.id, model: chosen, name },
    ...(mode ? { mode } : {}),
    ...(workspaceId ? { workspaceId } : {}),
  });
  await tx.execute(sql`update session_runs set review_id = ${reviewId}
    where org_id = ${actor.orgId} and session_id = ${sessionId}`);
  await capNewSession(context, { sessionId, teamId: task.teamId }, mostMicros);
  const brief = contextText(await assembleContext(context, { task: task.id }));
  const text = [brief, waysOfReviewing(task, review)].join("\n\n");
  await queueMessage(context, await lockSessionRow(context, sessionId), { text, attachmentIds: [], by: dispatcher });
  return sessionId;
}

/** A copy of its own: the working copy of the task is its author's. A branch that moves voids the review. */
async function checkOut(context: Context, task: Task): Promise<string | undefined> {
  const { repoId, teamId, branch } = task;
  if (!repoId) return undefined;
  return createWorkspace(context, { teamId, repoId, branch, name: nameOf(task) });
}

const nameOf = ({ number, title }: Task): string => `Review of #${number} ${title}`.slice(0, 80);
