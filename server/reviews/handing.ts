import type { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { findTask, lockTask } from "../tasks/finding.ts";
import type { releaseReviewInput } from "./schema.ts";
import { lockLatestReview, refuseOther, refuseUnlessInReview } from "./service.ts";

/**
 * Gives a review back, so that another may write it: by the reviewer who has it, or by whoever leads. It is not handed
 * to the same agent again.
 * @throws AppError conflict when nobody has it, or another agent does.
 */
export async function releaseReview(
  context: Context,
  { task: ref, reason }: z.output<typeof releaseReviewInput>,
): Promise<string> {
  const { actor } = context;
  const task = await lockTask(context, (await findTask(context, ref)).id);
  refuseUnlessInReview(task);
  const review = await lockLatestReview(context, task.id);
  if (review?.verdict !== "pending" || !review.reviewerId)
    throw new AppError("conflict", `Nobody has the review of #${task.number}. wait_for_work hands reviews out.`);
  refuseOther(context, task, review);
  if (actor.role === "reviewer" && review.reviewerId !== actor.id)
    throw new AppError("conflict", `The review of #${task.number} was given to another reviewer, not to you.`);
  await record(context, "review.released", [
    { subject: review.id, task: task.id, team: task.teamId, data: { reason, declinedBy: review.reviewerId } },
  ]);
  return task.id;
}
