import { z } from "zod";
import { sessionMessageStatuses, sessionStatuses } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";
import { taskRef } from "../tasks/schema.ts";

/** More than any model takes or gives in one call, many times over. */
const mostTokens = 100_000_000;
const tokens = z
  .int()
  .min(0, "Tokens are counted from 0.")
  .max(mostTokens, `${mostTokens} tokens at most in one record.`);

const model = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .describe("The model's name as its API takes it, such as claude-sonnet-4-5.");

const totals = {
  inputTokens: z.int(),
  outputTokens: z.int(),
  cacheReadTokens: z.int(),
  cacheWriteTokens: z.int(),
  costMicros: z.int().describe("Micro-dollars: 1000000 is $1."),
};

export const session = z.object({
  id,
  teamId: id,
  agentId: id.nullable(),
  userId: id.nullable(),
  task: z.object({ id, number: z.int(), title: z.string() }).nullable(),
  name: z.string(),
  model: z.string().nullable(),
  status: z.enum(sessionStatuses),
  statusReason: z.string().nullable().describe("Why it stands there, where there is something to say."),
  agentKind: z
    .string()
    .nullable()
    .describe("The agent that is driven here, of list_agent_kinds; null: an agent only reports what it uses."),
  mode: z.string().nullable().describe("How much the agent does unasked; list_agent_kinds has what there is."),
  workspaceId: id.nullable(),
  sandboxId: id.nullable(),
  parentId: id.nullable().describe("The session it was forked from."),
  turns: z.int().describe("How many turns have begun."),
  ...totals,
  calls: z.int().describe("How many usage records it has."),
  summary: z.string().describe("Tokens and cost in words, such as: 1500 tokens, $0.004."),
  startedAt: isoTime,
  endedAt: isoTime.nullable(),
  endReason: z.string().nullable(),
});
export type Session = z.output<typeof session>;

export const startSessionInput = z.strictObject({
  task: taskRef.optional().describe("The task it works on; its cost counts there."),
  teamId: id.optional().describe("Only for people, when no task is named."),
  model: model.optional(),
  name: z.string().trim().min(1).max(200).optional().describe("What to call it; left out, it is named after its task."),
});
export const sessionResult = z.object({ session });

export const recordUsageInput = z.strictObject({
  sessionId: id,
  model: model.optional().describe("Left out: the session's model."),
  inputTokens: tokens.describe("Tokens of the prompt, without those of the cache."),
  outputTokens: tokens.describe("Tokens of the answer, with its reasoning."),
  cacheReadTokens: tokens.default(0).describe("Tokens read from the prompt cache."),
  cacheWriteTokens: tokens.default(0).describe("Tokens written to the prompt cache."),
  reservationId: id.optional().describe("The money check_budget set aside for this call; what is left of it is freed."),
  key: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("Your own name for this call: reported twice with it, it counts once."),
});

const usage = z.object({
  id,
  provider: z.string(),
  model: z.string(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  cacheReadTokens: z.int(),
  cacheWriteTokens: z.int(),
  costMicros: z.int(),
  uncoveredMicros: z.int().describe("The part for which no budget had room: stop, and wait for people."),
  ownKey: z.boolean().describe("Paid with the person's own key, not with the organization's."),
  estimated: z.boolean().describe("Nobody knows what was used: booked at the most it could cost."),
});
export const usageResult = z.object({
  usage,
  session,
  overBudget: z.boolean().describe("A budget is used up: make no further call; check_budget tells which."),
});

export const endSessionInput = z.strictObject({
  sessionId: id,
  reason: z.string().max(1_000).optional().describe("Why it ends, if there is anything to say."),
});

export const listSessionsInput = z.strictObject({
  teamId: id,
  task: taskRef.optional().describe("Only those of this task."),
  before: id.optional().describe("Continue below this session."),
  limit: z.int().min(1).max(200).default(50),
});
export const sessionPage = z.object({ sessions: z.array(session), next: id.nullable() });

export const sessionAtWork = z.object({
  id,
  taskId: id,
  agent: z.string().describe("Who works in it."),
  status: z.enum(sessionStatuses),
  line: z.string().nullable().describe("What it does now: the tool it uses, or its last words; null: nothing yet."),
  seq: z.int().describe("Of what the line is from: grows."),
  at: isoTime.describe("Since when."),
});
export const atWorkInput = z.strictObject({ teamId: id });
export const sessionsAtWork = z.object({
  sessions: z.array(sessionAtWork).describe("Of agents that have a task in hand, one a task."),
  free: z.int().describe("Sessions whose agent works this moment without a task in hand, such as those of people."),
});

const count = z.int().min(0);

/** What an agent does with a tool, by the words of the Agent Client Protocol. */
const toolKinds = ["read", "edit", "delete", "move", "search", "execute", "fetch", "think", "other"] as const;

const fileDiff = z.object({
  path: z.string(),
  before: z.string().nullable().describe("Null: the file is new."),
  after: z.string(),
});

/** One thing that is said or happens in a session, the same for every kind of agent. */
export const sessionUpdate = z.discriminatedUnion("kind", [
  z.object({
    ...{ kind: z.literal("user"), text: z.string(), by: z.string() },
    files: z.array(z.string()).optional().describe("Names of what was added to it."),
  }),
  z.object({ kind: z.literal("text"), text: z.string().describe("A piece; pieces in a row are one text.") }),
  z.object({ kind: z.literal("thought"), text: z.string() }),
  z.object({
    kind: z.literal("tool"),
    id: z.string().describe("The same id again tells how it went on."),
    title: z.string(),
    toolKind: z.enum(toolKinds),
    status: z.enum(["pending", "running", "completed", "failed"]),
    input: z.unknown().optional(),
    output: z.string().optional(),
    diff: z.array(fileDiff).optional(),
    durationMs: z.int().optional(),
  }),
  z.object({
    kind: z.literal("plan"),
    entries: z.array(z.object({ content: z.string(), status: z.enum(["pending", "in_progress", "completed"]) })),
  }),
  z.object({
    kind: z.literal("permission"),
    requestId: z.string(),
    toolId: z.string(),
    title: z.string(),
    status: z.enum(["pending", "allowed", "denied", "expired"]),
    note: z.string().optional().describe("What was said with the answer."),
  }),
  z.object({
    kind: z.literal("question"),
    requestId: z.string(),
    text: z.string(),
    status: z.enum(["pending", "answered", "expired"]),
  }),
  z.object({ kind: z.literal("usage"), inputTokens: count, outputTokens: count, costMicros: count }),
  z.object({ kind: z.literal("mode"), mode: z.string() }),
  z.object({ kind: z.literal("error"), message: z.string() }),
  z.object({ kind: z.literal("turn"), state: z.enum(["started", "ended"]), stopReason: z.string().optional() }),
]);
export type SessionUpdate = z.output<typeof sessionUpdate>;

const agentKind = z.string().min(1).max(40).describe("One of list_agent_kinds.");
const mode = z.string().min(1).max(40).describe("One of the agent's modes; list_agent_kinds has them.");
const prompt = z.string().trim().min(1, "Say something.").max(200_000);
/** Of one file that is added to a message; what is larger belongs into the working copy. */
export const attachmentLimitKilobytes = 10 * 1024;
const attachmentIds = z.array(id).max(20).default([]).describe("Files uploaded for this session before.");

export const sessionInput = z.strictObject({ sessionId: id });
export const createSessionInput = z.strictObject({
  teamId: id,
  agentKind: agentKind.optional().describe("One of list_agent_kinds. Left out: the team's default."),
  workspaceId: id
    .optional()
    .describe("Where it works. With none of these: a bare folder of its agent's, without terminal or changes."),
  repoId: id.optional().describe("A repository to make a new workspace from."),
  url: z.string().trim().min(1).max(2_000).optional().describe("The same from an https address of git."),
  path: z.string().trim().min(1).max(2_000).optional().describe("Owners: the same from a repository on the server."),
  empty: z.literal(true).optional().describe("A new workspace with nothing in it."),
  task: taskRef.optional().describe("The task it is about; its cost counts there."),
  mode: mode.optional().describe("Left out: the one that asks before it changes anything."),
  model: model.optional().describe("`provider/model`. Left out: what the team's table says."),
  name: z.string().trim().min(1).max(200).optional(),
  prompt: prompt.optional().describe("The first thing it is told."),
});
export const renameSessionInput = sessionInput.extend({ name: z.string().trim().min(1).max(200) });
export const sendMessageInput = sessionInput.extend({ text: prompt, attachmentIds });
export const forkSessionInput = sessionInput.extend({ name: z.string().trim().min(1).max(200).optional() });
export const setModeInput = sessionInput.extend({ mode });
export const setModelInput = sessionInput.extend({ model: model.describe("`provider/model`.") });

const sessionMessage = z.object({
  id,
  text: z.string(),
  by: z.string(),
  status: z.enum(sessionMessageStatuses),
  attachments: z.array(z.object({ id, name: z.string(), mimeType: z.string(), size: z.int() })),
  at: isoTime,
});
export const messageResult = z.object({ session, message: sessionMessage });
export const sessionView = z.object({
  session,
  modes: z.array(z.object({ id: z.string(), name: z.string() })),
  queued: z.array(sessionMessage).describe("What was said and not yet taken up, oldest first."),
  lastSeq: z.int().describe("The newest chunk; 0: none."),
  possible: z.array(z.string()).describe("The operations that make sense now."),
});

export const chunk = z.object({ seq: z.int(), turn: z.int(), at: isoTime, update: sessionUpdate });
export type Chunk = z.output<typeof chunk>;
export const listChunksInput = sessionInput.extend({
  after: z.int().min(0).default(0).describe("Only what came after this chunk."),
  limit: z.int().min(1).max(2_000).default(500),
});
export const chunkPage = z.object({ chunks: z.array(chunk), lastSeq: z.int().describe("The newest there is.") });

export const agentKindList = z.object({
  kinds: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      modes: z.array(z.object({ id: z.string(), name: z.string() })),
      defaultMode: z.string(),
      installed: z.boolean(),
      hasKey: z.boolean().describe("Whether the organization has a key that works for models it can speak to."),
      providers: z.array(z.string()).describe("The forms of model API it speaks: anthropic, openai."),
    }),
  ),
});
