import { defineOperation } from "../operation.ts";
import { cardOf } from "../tasks/queries.ts";
import { taskResult } from "../tasks/schema.ts";
import { releaseReview } from "./handing.ts";
import { listReviews, readFeedback, readLatestReview } from "./queries.ts";
import { requestReview } from "./requests.ts";
import { submitResult } from "./results.ts";
import * as schema from "./schema.ts";
import * as verdicts from "./verdicts.ts";

export const requestReviewOperation = defineOperation({
  name: "request_review",
  summary: "Finish your work on a task: hand the pushed commit over for review. Your lease on it ends.",
  kind: "command",
  permission: "task:write",
  input: schema.requestReviewInput,
  output: schema.reviewResult,
  subject: ({ task }) => task,
  run: async (context, input) => readLatestReview(context, await requestReview(context, input)),
});

export const submitTaskResult = defineOperation({
  name: "submit_task_result",
  summary:
    "Finish your work on a task without a repository: hand in its result as text. Your lease on it ends; it is done, or reviewed.",
  kind: "command",
  permission: "task:write",
  input: schema.submitResultInput,
  output: taskResult,
  subject: ({ task }) => task,
  run: async (context, input) => ({ task: await cardOf(context, await submitResult(context, input)) }),
});

export const approveTask = defineOperation({
  name: "approve_task",
  summary:
    "Approve the reviewed commit of a task you did not work on. It goes to the merge queue, or is done without a repository.",
  kind: "command",
  permission: "review:write",
  input: schema.verdictInput,
  output: schema.reviewResult,
  run: async (context, input) => readLatestReview(context, await verdicts.approve(context, input)),
});

export const requestChanges = defineOperation({
  name: "request_changes",
  summary: "Send a task in review back to whoever worked on it, saying what must change, with comments on lines.",
  kind: "command",
  permission: "review:write",
  input: schema.sendBackInput,
  output: schema.reviewResult,
  run: async (context, input) => readLatestReview(context, await verdicts.requestChanges(context, input)),
});

export const rejectTask = defineOperation({
  name: "reject_task",
  summary: "Reject the work of a task for good: the task is cancelled. To have it improved, use request_changes.",
  kind: "command",
  permission: "review:write",
  hints: { destructive: true },
  input: schema.sendBackInput,
  output: schema.reviewResult,
  run: async (context, input) => readLatestReview(context, await verdicts.reject(context, input)),
});

export const addReviewComment = defineOperation({
  name: "add_review_comment",
  summary: "Comment on a line of a task's latest review without deciding it.",
  kind: "command",
  permission: "review:write",
  input: schema.addCommentInput,
  output: schema.reviewResult,
  run: async (context, input) => readLatestReview(context, await verdicts.addComment(context, input)),
});

export const releaseReviewOperation = defineOperation({
  name: "release_review",
  summary: "Give back a review that you cannot write, so that another reviewer gets it.",
  kind: "command",
  permission: "review:write",
  input: schema.releaseReviewInput,
  output: schema.reviewResult,
  run: async (context, input) => readLatestReview(context, await releaseReview(context, input)),
});

export const getReviewFeedback = defineOperation({
  name: "get_review_feedback",
  summary:
    "Read why a task came back: the latest review with its line comments, and the latest merge with the gate's log.",
  kind: "read",
  permission: "task:read",
  input: schema.feedbackInput,
  output: schema.feedback,
  run: (context, { task }) => readFeedback(context, task),
});

export const listReviewsOperation = defineOperation({
  name: "list_reviews",
  summary: "List a team's reviews, newest first; by default those that wait for a verdict.",
  kind: "read",
  permission: "task:read",
  input: schema.listReviewsInput,
  output: schema.reviewPage,
  run: listReviews,
});
