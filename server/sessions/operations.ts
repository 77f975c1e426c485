import { defineOperation } from "../operation.ts";
import { listSessions, readSession } from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";
import { recordUsage } from "./usage.ts";

export const startSession = defineOperation({
  name: "start_session",
  summary: "Begin a session of your own, for a task or not: under it you report what your model calls use.",
  kind: "command",
  permission: "usage:write",
  input: schema.startSessionInput,
  output: schema.sessionResult,
  run: async (context, input) => ({ session: await readSession(context, await service.startSession(context, input)) }),
});

export const recordUsageOperation = defineOperation({
  name: "record_usage",
  summary: "Report the tokens a model call of your session used; they are priced and counted in every budget at once.",
  kind: "command",
  permission: "usage:write",
  input: schema.recordUsageInput,
  output: schema.usageResult,
  run: recordUsage,
});

export const endSession = defineOperation({
  name: "end_session",
  summary: "End your session: what it used is summed up, money it had set aside is freed, and it takes no more usage.",
  kind: "command",
  permission: "usage:write",
  hints: { idempotent: true },
  input: schema.endSessionInput,
  output: schema.sessionResult,
  run: async (context, input) => {
    await service.endSession(context, input);
    return { session: await readSession(context, input.sessionId) };
  },
});

export const listSessionsOperation = defineOperation({
  name: "list_sessions",
  summary: "List a team's sessions, newest first, each with its tokens and cost.",
  kind: "read",
  permission: "task:read",
  input: schema.listSessionsInput,
  output: schema.sessionPage,
  run: listSessions,
});
