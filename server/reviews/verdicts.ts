import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import { teams } from "#db/schema/organizations.ts";
import { reviewApprovals } from "#db/schema/reviews.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { requireTreePath } from "../git/names.ts";
import { newId } from "../ids.ts";
import { queueMerge } from "../merges/service.ts";
import { sendSystemMessage } from "../messages/service.ts";
import { findPause, pauseWords } from "../pauses/queries.ts";
import { lockToCancel, lockToFinish } from "../tasks/dependencies.ts";
import { findTask, lockTask, type Task } from "../tasks/finding.ts";
import { moveTask } from "../tasks/service.ts";
import { commentsOf, feedbackWords, hashOfComment } from "./feedback.ts";
import { requireShownLines } from "./lines.ts";
import type { addCommentInput, newComment, verdictInput } from "./schema.ts";
import { lockLatestReview, type ReviewRow, refuseOther, refuseUnlessInReview, workedOn } from "./service.ts";

type Judgement = z.output<typeof verdictInput>;

/**
 * Approves the reviewed commit: one approval of those the team asks for. With the last one it is approved as a whole, and
 * with a repository it goes on to its merge, at once where the team merges by itself.
 */
export async function approve(context: Context, judgement: Judgement): Promise<string> {
  await lockToFinish(context, (await findTask(context, judgement.task)).id);
  const { task, review } = await openJudgement(context, judgement);
  await recordApproval(context, task, review, judgement.text);
  if (await isApprovalMissing(context, task, review)) return task.id;
  await settle(context, task, review, { verdict: "approve", text: judgement.text });
  if (!task.repoId || !review.commit) {
    await moveTask(context, task, "done");
    return task.id;
  }
  await moveTask(context, task, "in_approval");
  if (await mergesByItself(context, task)) {
    await queueMerge(context, { ...task, status: "in_approval" }, review.commit);
  }
  return task.id;
}

/** Sends the work back to whoever did it: the task is to do again and comes first. */
export async function requestChanges(context: Context, judgement: Judgement): Promise<string> {
  const { task, review } = await openJudgement(context, judgement);
  await settle(context, task, review, { verdict: "request_changes", text: judgement.text });
  await moveTask(context, task, "todo", { rework: true, reason: judgement.text });
  await sendSystemMessage(context, task, await feedbackWords(context, review, judgement.text));
  return task.id;
}

/** Judges that the work is not wanted at all: the task is cancelled. */
export async function reject(context: Context, judgement: Judgement): Promise<string> {
  await lockToCancel(context, [(await findTask(context, judgement.task)).id]);
  const { task, review } = await openJudgement(context, judgement);
  await settle(context, task, review, { verdict: "reject", text: judgement.text });
  await moveTask(context, task, "cancelled", { reason: judgement.text });
  return task.id;
}

/** Remarks on a line of the latest review, without deciding anything. */
export async function addComment(
  context: Context,
  { task: ref, ...comment }: z.output<typeof addCommentInput>,
): Promise<string> {
  const task = await lockTask(context, (await findTask(context, ref)).id);
  const review = await lockLatestReview(context, task.id);
  if (!review) throw new AppError("conflict", `#${task.number} has no review yet. Use send_message to say something.`);
  refuseOther(context, task, review);
  await recordComments(context, task, review, [comment]);
  return task.id;
}

/** The open review, held, with the remarks of the judgement on record. @throws AppError for whoever may not judge it now. */
async function openJudgement(
  context: Context,
  { task: ref, commit, comments }: Judgement,
): Promise<{ task: Task; review: ReviewRow }> {
  const task = await lockTask(context, (await findTask(context, ref)).id);
  refuseUnlessInReview(task);
  const review = await lockLatestReview(context, task.id);
  if (review?.verdict !== "pending") {
    throw new AppError("conflict", `#${task.number} has no open review. Its worker requests one with request_review.`);
  }
  await refuseJudge(context, task, review);
  refuseStale(task, review, commit);
  await recordComments(context, task, review, comments);
  return { task, review };
}

function settle(
  context: Context,
  task: Task,
  review: ReviewRow,
  data: { verdict: "approve" | "request_changes" | "reject"; text: string },
): Promise<void> {
  return record(context, "review.decided", [{ subject: review.id, task: task.id, team: task.teamId, data }]);
}

async function recordApproval(context: Context, task: Task, review: ReviewRow, text: string): Promise<void> {
  const { tx, actor } = context;
  const mine = and(eq(reviewApprovals.orgId, actor.orgId), eq(reviewApprovals.reviewId, review.id));
  const [already] = await tx
    .select({ at: reviewApprovals.createdAt })
    .from(reviewApprovals)
    .where(and(mine, eq(reviewApprovals.actorId, actor.id)));
  if (already)
    throw new AppError(
      "conflict",
      `You approved #${task.number} already. It still needs the approval of somebody else.`,
    );
  await record(context, "review.approved", [{ subject: review.id, task: task.id, team: task.teamId, data: { text } }]);
}

/** Whether the review needs further approvals; then it is free for the next reviewer. */
async function isApprovalMissing(context: Context, task: Task, review: ReviewRow): Promise<boolean> {
  const [missing] = await context.tx.execute<{
    people: number;
    agents: number;
  }>(sql`select (m->>'people')::int as people,
    (m->>'agents')::int as agents from missing_approvals(${context.actor.orgId}::uuid, ${review.id}::uuid) m`);
  if (!missing || missing.people + missing.agents === 0) return false;
  if (review.reviewerId) {
    const data = { reason: "One approval is there; it needs more.", declinedBy: null };
    await record(context, "review.released", [{ subject: review.id, task: task.id, team: task.teamId, data }]);
  }
  return true;
}

async function refuseJudge(context: Context, task: Task, review: ReviewRow): Promise<void> {
  const { actor } = context;
  if (await workedOn(context, task, review)) {
    throw new AppError(
      "forbidden",
      `You worked on #${task.number} yourself. Somebody else of the team reviews it; list_reviews shows what you can review.`,
    );
  }
  if (actor.kind !== "agent") return;
  const pause = await findPause(context, { teamId: task.teamId, agentId: actor.id });
  if (pause?.mode === "hard")
    throw new AppError("conflict", `${pauseWords(pause)} Reviews were taken back; call wait_for_work.`);
  if (actor.agent?.teamId !== task.teamId) {
    throw new AppError("forbidden", `#${task.number} belongs to another team than yours.`);
  }
  refuseOther(context, task, review);
  if (actor.role === "reviewer" && review.reviewerId && review.reviewerId !== actor.id) {
    throw new AppError("conflict", `The review of #${task.number} was given to another reviewer. Call wait_for_work.`);
  }
}

function refuseStale(task: Task, review: ReviewRow, named: string | undefined): void {
  const moved = review.commit !== null && task.headCommit !== review.commit;
  if (!moved && (!named || named === review.commit)) return;
  throw new AppError(
    "conflict",
    named && !moved
      ? `The review of #${task.number} is about ${review.commit ?? "no commit"}, not about ${named}. Read it again with get_task_diff.`
      : `${task.branch} has moved since the review of #${task.number} was asked for. It needs a new request_review.`,
    { commit: review.commit },
  );
}

async function recordComments(
  context: Context,
  task: Task,
  review: ReviewRow,
  comments: readonly z.output<typeof newComment>[],
): Promise<void> {
  await requireShownLines(context, task, review, comments);
  const known = new Set((await commentsOf(context, review)).map(hashOfComment));
  const fresh = comments.filter((comment) => {
    const hash = hashOfComment(comment);
    return !known.has(hash) && known.add(hash);
  });
  await record(
    context,
    "review.commented",
    fresh.map(({ path, line, side, body }) => ({
      subject: review.id,
      task: task.id,
      team: task.teamId,
      data: { commentId: newId(), path: requireTreePath(path), line, side, body },
    })),
  );
}

async function mergesByItself({ tx, actor }: Context, task: Task): Promise<boolean> {
  const [team] = await tx
    .select({ autoMerge: teams.autoMerge })
    .from(teams)
    .where(and(eq(teams.orgId, actor.orgId), eq(teams.id, task.teamId)));
  return team?.autoMerge ?? false;
}
