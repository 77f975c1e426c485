import { waitForWork } from "#server/dispatch/operations.ts";
import { listActivity, listEvents } from "#server/events/operations.ts";
import { claimTask, heartbeat, releaseTask } from "#server/leases/operations.ts";
import * as merges from "#server/merges/operations.ts";
import * as messages from "#server/messages/operations.ts";
import type { Operation } from "#server/operation.ts";
import { ping } from "#server/platform/operations.ts";
import { realtimeChannels } from "#server/realtime/operations.ts";
import * as repos from "#server/repos/operations.ts";
import * as reviews from "#server/reviews/operations.ts";
import * as tasks from "#server/tasks/operations.ts";

// What agents see. Every operation stands in exactly one of these four; a line here is the whole cost of a new tool.

/** Changes nothing. */
export const readTools: readonly Operation[] = [
  ping,
  tasks.listTasks,
  tasks.getTask,
  tasks.getTaskEvents,
  listActivity,
  messages.getInbox,
  repos.listReposOperation,
  repos.getRepo,
  repos.getTaskDiff,
  repos.getChangedFiles,
  repos.getCommits,
  repos.readFile,
  reviews.listReviewsOperation,
  reviews.getReviewFeedback,
  merges.getMergeStatus,
  merges.listMergesOperation,
];

/** Adds or moves; nothing is lost by it. */
export const writeTools: readonly Operation[] = [
  waitForWork,
  claimTask,
  heartbeat,
  releaseTask,
  tasks.createTask,
  tasks.updateTask,
  tasks.changeStatus,
  tasks.assignTask,
  messages.sendMessageOperation,
  reviews.requestReviewOperation,
  reviews.approveTask,
  reviews.requestChanges,
  reviews.addReviewComment,
  repos.registerRepo,
  repos.updateRepo,
  repos.retryRepo,
  merges.mergeTask,
];

/** Takes something away that others may still want. */
export const destructiveTools: readonly Operation[] = [
  tasks.archiveTask,
  tasks.bulkUpdateTasks,
  reviews.rejectTask,
  repos.archiveRepo,
  merges.cancelMergeOperation,
];

/** For the dashboard and scripts: what an agent does not need, or must not do. */
export const notForAgents: readonly Operation[] = [tasks.getBoard, tasks.getGraph, listEvents, realtimeChannels];
