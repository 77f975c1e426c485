import { defineOperation } from "../operation.ts";
import { readContext } from "./queries.ts";
import * as schema from "./schema.ts";
import { assembleContext } from "./assembly.ts";
import { adjustContext, saveContext } from "./service.ts";

export const saveContextOperation = defineOperation({
  name: "save_context",
  summary: "Leave what the next one on a task must know: it comes with the task when somebody takes it up again.",
  kind: "command",
  permission: "task:write",
  input: schema.saveContextInput,
  output: schema.contextResult,
  subject: ({ task }) => task,
  run: async (context, input) => readContext(context, { task: await saveContext(context, input) }),
});

export const getContext = defineOperation({
  name: "get_context",
  summary: "Read what those before you left for the next one on a task, and its earlier versions.",
  kind: "read",
  permission: "task:read",
  input: schema.getContextInput,
  output: schema.contextResult,
  run: readContext,
});

export const previewContext = defineOperation({
  name: "preview_task_context",
  summary:
    "Show what an agent will see of a task: each section, why it is there, how many tokens, and what was dropped.",
  kind: "read",
  permission: "task:read",
  input: schema.previewContextInput,
  output: schema.assembledContext,
  run: assembleContext,
});

export const adjustContextOperation = defineOperation({
  name: "adjust_task_context",
  summary: "Leave sections out of what an agent will see of a task, or add a note to it.",
  kind: "command",
  permission: "task:manage",
  hints: { idempotent: true },
  input: schema.adjustContextInput,
  output: schema.assembledContext,
  run: async (context, input) => assembleContext(context, { task: await adjustContext(context, input) }),
});
