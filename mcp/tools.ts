import { waitForWork } from "#server/dispatch/operations.ts";
import { listActivity, listEvents } from "#server/events/operations.ts";
import { claimTask, heartbeat, releaseTask } from "#server/leases/operations.ts";
import type { Operation } from "#server/operation.ts";
import { ping } from "#server/platform/operations.ts";
import { realtimeChannels } from "#server/realtime/operations.ts";
import * as tasks from "#server/tasks/operations.ts";

// What agents see. Every operation stands in exactly one of these four; a line here is the whole cost of a new tool.

/** Changes nothing. */
export const readTools: readonly Operation[] = [
  ping,
  tasks.listTasks,
  tasks.getTask,
  tasks.getTaskEvents,
  listActivity,
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
];

/** Takes something away that others may still want. */
export const destructiveTools: readonly Operation[] = [tasks.archiveTask, tasks.bulkUpdateTasks];

/** For the dashboard and scripts: what an agent does not need, or must not do. */
export const notForAgents: readonly Operation[] = [tasks.getBoard, tasks.getGraph, listEvents, realtimeChannels];
