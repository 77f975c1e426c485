import { z } from "zod";
import { diffSides, verdicts } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";
import { author, leaseRef, mergeJob, review, status, taskRef } from "../tasks/schema.ts";

const commit = z
  .string()
  .regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, "Give the full commit id, as `git rev-parse HEAD` prints it.");
const text = z.string().trim().max(20_000);

export const newComment = z.strictObject({
  path: z.string().min(1).max(4_096).describe("The file, relative to the top of the repository."),
  line: z.int32().min(1).describe("The line of the file, from 1."),
  side: z.enum(diffSides).default("new").describe("`new`: as the branch has it; `old`: as it was."),
  body: z.string().trim().min(1).max(20_000),
});

export const requestReviewInput = z.strictObject({
  task: taskRef,
  commit: commit.optional().describe("The commit to be judged: the pushed head of the task's branch."),
  summary: text.min(1).describe("What you did and how you checked it; the reviewer reads it first."),
  lease: leaseRef,
});

export const submitResultInput = z.strictObject({
  task: taskRef,
  result: z
    .string()
    .trim()
    .min(1)
    .max(200_000)
    .describe("What came of it, as text or JSON: those that wait for it read it."),
  lease: leaseRef,
});

export const verdictInput = z.strictObject({
  task: taskRef,
  commit: commit.optional().describe("The commit you judged. When the branch has moved since, nothing is decided."),
  text: text.default("").describe("What you say of the work as a whole."),
  comments: z.array(newComment).max(200).default([]).describe("Remarks on single lines."),
});
export const sendBackInput = verdictInput.extend({
  text: text.min(1).describe("What must change, or why it is rejected."),
});

export const releaseReviewInput = z.strictObject({
  task: taskRef,
  reason: text.default("").describe("Why; shown on the timeline."),
});

export const reviewResult = z.object({ review, taskStatus: status });

export const addCommentInput = newComment.extend({ task: taskRef });

export const feedbackInput = z.strictObject({ task: taskRef });
export const feedback = z.object({
  taskStatus: status,
  review: review.nullable().describe("The latest review, with the reviewer's words and line comments."),
  merge: mergeJob.nullable().describe("The latest attempt to merge, with the log of its gate."),
});

export const listReviewsInput = z.strictObject({
  teamId: id.optional().describe("Left out: your own team."),
  verdict: z.enum(verdicts).default("pending"),
  before: id.optional().describe("Continue below this review."),
  limit: z.int().min(1).max(200).default(50),
});
export const reviewPage = z.object({
  reviews: z.array(
    z.object({
      id,
      task: z.object({ id, number: z.int(), title: z.string(), status }),
      attempt: z.int(),
      commit: z.string().nullable(),
      author,
      summary: z.string(),
      reviewer: z.object({ id, name: z.string() }).nullable(),
      verdict: z.enum(verdicts),
      createdAt: isoTime,
    }),
  ),
  next: id.nullable(),
});
