import { readTaskEvents } from "../events/feed.ts";
import { activityPage, taskEventsInput } from "../events/schema.ts";
import { gitCredentialOf } from "../git/lease-password.ts";
import { defineOperation } from "../operation.ts";
import { createTaskBatch } from "./batch.ts";
import { changeTaskStatus, changeTasks } from "./changes.ts";
import { awaitTasks, lookForCompletion, waitForCompletion } from "./completion.ts";
import * as queries from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const createTask = defineOperation({
  name: "create_task",
  summary: "Add a task to your team's board (or teamId's). It can start once every task it depends on is done.",
  kind: "command",
  permission: "task:manage",
  input: schema.createTaskInput,
  output: schema.taskResult,
  run: async (context, input) => ({ task: await queries.cardOf(context, await service.createTask(context, input)) }),
});

export const createTasksBatch = defineOperation({
  name: "create_tasks_batch",
  summary:
    "Add up to 200 tasks at once, with dependencies between them told by their places in the list. All are created, or none.",
  kind: "command",
  permission: "task:manage",
  input: schema.createBatchInput,
  output: schema.createdBatch,
  run: async (context, input) => ({ tasks: await queries.cardsOf(context, await createTaskBatch(context, input)) }),
});

export const getDependentTasks = defineOperation({
  name: "get_dependent_tasks",
  summary: "List the tasks that wait for a task: what gets ready by finishing it.",
  kind: "read",
  permission: "task:read",
  input: schema.dependentsInput,
  output: schema.dependentTasks,
  run: queries.readDependents,
});

export const waitForTaskCompletion = defineOperation({
  name: "wait_for_task_completion",
  summary: "Wait until tasks are over (done, cancelled or failed), and read how they ended.",
  kind: "wait",
  permission: "task:read",
  input: schema.waitForTasksInput,
  output: schema.completion,
  run: awaitTasks,
  finish: (awaited, _input, { runtime, actor, signal }) => waitForCompletion(runtime, actor, awaited, signal),
  resume: (awaited, _input, { runtime, actor }) => lookForCompletion(runtime, actor, awaited),
});

export const listTasks = defineOperation({
  name: "list_tasks",
  summary: "List a team's tasks, newest first, filtered by status, assignee, repository, priority, tag or words.",
  kind: "read",
  permission: "task:read",
  input: schema.listTasksInput,
  output: schema.taskPage,
  run: queries.listTasks,
});

export const getTask = defineOperation({
  name: "get_task",
  summary:
    "Read one task whole: description, dependencies, messages, reviews with line comments, merge results and how to push.",
  kind: "read",
  permission: "task:read",
  input: schema.taskInput,
  output: schema.taskDetailResult,
  run: async (context, { task: ref }) => {
    const { actor, settings } = context;
    const task = await queries.readTask(context, ref);
    const isHeld = task.lease?.holder.id === actor.id;
    return { task, git: task.lease && isHeld ? gitCredentialOf(settings, actor, task.lease.id) : null };
  },
});

export const updateTask = defineOperation({
  name: "update_task",
  summary:
    "Change a task's title, description, priority, type, tags, repository or dependencies. A dependency that would close a circle is refused.",
  kind: "command",
  permission: "task:write",
  hints: { idempotent: true },
  input: schema.updateTaskInput,
  output: schema.taskResult,
  subject: ({ task }) => task,
  run: async (context, input) => ({ task: await queries.cardOf(context, await service.updateTask(context, input)) }),
});

export const changeStatus = defineOperation({
  name: "change_task_status",
  summary:
    "Move a task: give it up (todo), report it failed or blocked, cancel it, or send it back. Use claim_task to start and request_review to finish.",
  kind: "command",
  permission: "task:write",
  input: schema.changeStatusInput,
  output: schema.taskResult,
  subject: ({ task }) => task,
  run: async (context, input) => ({ task: await queries.cardOf(context, await changeTaskStatus(context, input)) }),
});

export const assignTask = defineOperation({
  name: "assign_task",
  summary: "Say who must do a task; null gives it to whoever is free first. A live lease of somebody else is revoked.",
  kind: "command",
  permission: "task:manage",
  hints: { idempotent: true },
  input: schema.assignTaskInput,
  output: schema.taskResult,
  run: async (context, input) => ({ task: await queries.cardOf(context, await service.assignTask(context, input)) }),
});

export const archiveTask = defineOperation({
  name: "archive_task",
  summary: "Take a done or cancelled task off the board.",
  kind: "command",
  permission: "task:manage",
  hints: { idempotent: true },
  input: schema.taskInput,
  output: schema.taskResult,
  run: async (context, { task }) => ({ task: await queries.cardOf(context, await service.archiveTask(context, task)) }),
});

export const bulkUpdateTasks = defineOperation({
  name: "bulk_update_tasks",
  summary:
    "Change many tasks at once: priority, assignee, tags, cancel or put back, archive. Says which were refused and why.",
  kind: "command",
  permission: "task:manage",
  hints: { destructive: true },
  input: schema.bulkUpdateInput,
  output: schema.bulkResult,
  run: changeTasks,
});

export const getTaskEvents = defineOperation({
  name: "get_task_events",
  summary: "Read what happened to a task, newest first: who did what, when, and what caused it.",
  kind: "read",
  permission: "task:read",
  input: taskEventsInput,
  output: activityPage,
  run: readTaskEvents,
});

export const getBoard = defineOperation({
  name: "get_board",
  summary: "Read a team's board: a column per status with totals and cards.",
  kind: "read",
  permission: "task:read",
  input: schema.boardInput,
  output: schema.board,
  run: queries.readBoard,
});

export const getGraph = defineOperation({
  name: "get_graph",
  summary: "Read a team's tasks with the edges between them: what waits for what.",
  kind: "read",
  permission: "task:read",
  input: schema.graphInput,
  output: schema.graph,
  run: queries.readGraph,
});
