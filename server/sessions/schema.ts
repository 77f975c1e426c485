import { z } from "zod";
import { sessionStatuses } from "#db/enums.ts";
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
