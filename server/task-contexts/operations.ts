import { defineOperation } from "../operation.ts";
import { readContext } from "./queries.ts";
import * as schema from "./schema.ts";
import { saveContext } from "./service.ts";

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
