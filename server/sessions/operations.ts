import { sql } from "drizzle-orm";
import { z } from "zod";
import type { ModelApi } from "#db/enums.ts";
import { installedAgent } from "../agent-installs/finding.ts";
import { agentKinds, findKind } from "../drivers/kinds.ts";
import type { Context } from "../context.ts";
import { defineOperation } from "../operation.ts";
import { readAtWork } from "./at-work.ts";
import { lastSeqOf, listChunks } from "./chunks.ts";
import * as conversations from "./conversations.ts";
import { readMessages, sendMessage } from "./messages.ts";
import { listSessions, readSession } from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";
import { possibleNow } from "./transitions.ts";
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

export const listSessionsAtWork = defineOperation({
  name: "list_sessions_at_work",
  summary: "List what the agents of a team do on its tasks this moment: one line each, with the session it is from.",
  kind: "read",
  permission: "task:read",
  input: schema.atWorkInput,
  output: schema.sessionsAtWork,
  run: (context, { teamId }) => readAtWork(context, teamId),
});

const resultOf = async (context: Context, sessionId: string) => ({ session: await readSession(context, sessionId) });

/** Does something to a session; the answer is the session as it is then. */
const changing =
  <Input extends { sessionId: string }>(change: (context: Context, input: Input) => Promise<unknown>) =>
  async (context: Context, input: Input) => {
    await change(context, input);
    return resultOf(context, input.sessionId);
  };

export const createSession = defineOperation({
  name: "create_session",
  summary: "Begin a conversation with a coding agent in a sandbox, in a workspace, for a task or free.",
  kind: "command",
  permission: "session:use",
  input: schema.createSessionInput,
  output: schema.sessionResult,
  run: async (context, input) => resultOf(context, await conversations.createSession(context, input)),
});

export const listAgentKinds = defineOperation({
  name: "list_agent_kinds",
  summary: "List the coding agents that sessions can run, with their modes and whether they are installed here.",
  kind: "read",
  permission: "org:read",
  input: z.strictObject({}),
  output: schema.agentKindList,
  run: async ({ settings, tx, actor }) => {
    const keys = await tx.execute<{ api: ModelApi }>(sql`select distinct api from model_credentials
      where org_id = ${actor.orgId} and removed_at is null and status = 'working'
        and (user_id is null or user_id::text = ${actor.id})`);
    const spoken = new Set(keys.map(({ api }) => (api === "anthropic" ? "anthropic" : "openai")));
    return {
      kinds: agentKinds.map(({ id, name, modes, defaultMode, apis, package: from }) => ({
        ...{ id, name, defaultMode, installed: from === null || installedAgent(settings.dataDir, id) !== undefined },
        ...{ hasKey: apis.some((api) => spoken.has(api)), providers: [...apis] },
        modes: [...modes],
      })),
    };
  },
});

export const getSession = defineOperation({
  name: "get_session",
  summary: "Read a session: where it stands, what it used, what waits to be answered and what can be done now.",
  kind: "read",
  permission: "session:use",
  input: schema.sessionInput,
  output: schema.sessionView,
  run: async (context, { sessionId }) => {
    const session = await readSession(context, sessionId);
    const isDriven = session.agentKind !== null;
    return {
      session,
      modes: [...(findKind(session.agentKind)?.modes ?? [])],
      queued: await readMessages(context, sessionId),
      lastSeq: await lastSeqOf(context, sessionId),
      possible: isDriven ? [...possibleNow[session.status]] : [],
    };
  },
});

export const listSessionChunks = defineOperation({
  name: "list_session_chunks",
  summary: "Read what was said and done in a session, in order, from a place on.",
  kind: "read",
  permission: "session:use",
  input: schema.listChunksInput,
  output: schema.chunkPage,
  run: listChunks,
});

export const sendSessionMessage = defineOperation({
  name: "send_session_message",
  summary: "Say something to a session's agent; while it works, it waits for its turn.",
  kind: "command",
  permission: "session:use",
  input: schema.sendMessageInput,
  output: schema.messageResult,
  run: async (context, input) => {
    const message = await sendMessage(context, input);
    return { session: await readSession(context, input.sessionId), message };
  },
});

export const renameSession = defineOperation({
  name: "rename_session",
  summary: "Give a session another name.",
  kind: "command",
  permission: "session:use",
  hints: { idempotent: true },
  input: schema.renameSessionInput,
  output: schema.sessionResult,
  run: changing((context, { sessionId, name }) => conversations.renameSession(context, sessionId, name)),
});

export const cancelSessionTurn = defineOperation({
  name: "cancel_session_turn",
  summary: "End what a session's agent does now, and take back what waits; the session goes on.",
  kind: "command",
  permission: "session:use",
  hints: { idempotent: true },
  input: schema.sessionInput,
  output: schema.sessionResult,
  run: changing((context, { sessionId }) => conversations.cancelTurn(context, sessionId)),
});

export const pauseSession = defineOperation({
  name: "pause_session",
  summary: "End the turn of a session and let nothing further begin until it is resumed.",
  kind: "command",
  permission: "session:use",
  hints: { idempotent: true },
  input: schema.sessionInput,
  output: schema.sessionResult,
  run: changing((context, { sessionId }) => conversations.pauseSession(context, sessionId)),
});

export const resumeSession = defineOperation({
  name: "resume_session",
  summary: "Let a paused session go on, or take up one that was stopped or failed.",
  kind: "command",
  permission: "session:use",
  input: schema.sessionInput,
  output: schema.sessionResult,
  run: changing((context, { sessionId }) => conversations.resumeSession(context, sessionId)),
});

export const forkSession = defineOperation({
  name: "fork_session",
  summary: "Begin a second session with the same past that goes its own way, in the same workspace.",
  kind: "command",
  permission: "session:use",
  input: schema.forkSessionInput,
  output: schema.sessionResult,
  run: async (context, input) => resultOf(context, await conversations.forkSession(context, input)),
});

export const stopSessionOperation = defineOperation({
  name: "stop_session",
  summary: "End everything of a session that runs; its conversation stays and can be resumed.",
  kind: "command",
  permission: "session:use",
  hints: { idempotent: true },
  input: schema.sessionInput,
  output: schema.sessionResult,
  run: changing((context, { sessionId }) =>
    conversations.stopDriven(context, sessionId, `${context.actor.name} stopped it`),
  ),
});

export const archiveSession = defineOperation({
  name: "archive_session",
  summary: "Put a session that ended away.",
  kind: "command",
  permission: "session:use",
  hints: { idempotent: true },
  input: schema.sessionInput,
  output: schema.sessionResult,
  run: changing((context, { sessionId }) => conversations.archiveSession(context, sessionId)),
});

export const removeSession = defineOperation({
  name: "remove_session",
  summary: "Remove a session that ended, with its conversation and files; what it cost stays.",
  kind: "command",
  permission: "session:use",
  hints: { destructive: true, idempotent: true },
  input: schema.sessionInput,
  output: schema.sessionResult,
  run: changing((context, { sessionId }) => conversations.removeSession(context, sessionId)),
});

export const setSessionMode = defineOperation({
  name: "set_session_mode",
  summary: "Change how much a session's agent does without asking.",
  kind: "command",
  permission: "session:use",
  hints: { idempotent: true },
  input: schema.setModeInput,
  output: schema.sessionResult,
  run: changing((context, { sessionId, mode }) => conversations.setMode(context, sessionId, mode)),
});

export const setSessionModel = defineOperation({
  name: "set_session_model",
  summary: "Change the model of a session, from its next call on.",
  kind: "command",
  permission: "session:use",
  hints: { idempotent: true },
  input: schema.setModelInput,
  output: schema.sessionResult,
  run: changing((context, { sessionId, model }) => conversations.setModel(context, sessionId, model)),
});
