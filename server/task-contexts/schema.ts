import { z } from "zod";
import { isoTime } from "../ids.ts";
import { author, leaseRef, taskContext, taskRef } from "../tasks/schema.ts";

export const saveContextInput = z.strictObject({
  task: taskRef,
  body: z
    .string()
    .trim()
    .min(1)
    .max(20_000)
    .describe("Markdown: what the next one must know. What is decided, what was tried, what is left. No secrets."),
  basedOn: z
    .int32()
    .min(0)
    .optional()
    .describe("The version you read (0: none). When there is a newer one, nothing is saved and you are told."),
  lease: leaseRef,
});

export const getContextInput = z.strictObject({
  task: taskRef,
  version: z.int32().positive().optional().describe("An earlier version; the newest without it."),
});

export const contextResult = z.object({
  context: taskContext.nullable().describe("Null: nobody has left anything."),
  versions: z
    .array(z.object({ version: z.int(), savedBy: author, savedAt: isoTime }))
    .describe("The versions that are kept, newest first."),
});

const section = z.object({
  key: z.string(),
  title: z.string(),
  why: z.string().describe("Why it is there."),
  text: z.string(),
  tokens: z.int(),
  isNeeded: z.boolean().optional().describe("It is never left out."),
});
export type ContextSection = z.output<typeof section>;

export const previewContextInput = z.strictObject({
  task: taskRef,
  budgetTokens: z.int().min(500).max(100_000).default(6_000).describe("How much it may be."),
});
export const assembledContext = z.object({
  sections: z.array(section),
  dropped: z.array(z.object({ key: z.string(), title: z.string(), tokens: z.int(), why: z.string() })),
  tokens: z.int(),
  budgetTokens: z.int(),
  note: z.string().describe("What people added for this task."),
  leftOut: z.array(z.string()).describe("Keys of sections that people left out."),
});
export type AssembledContext = z.output<typeof assembledContext>;

export const adjustContextInput = z.strictObject({
  task: taskRef,
  leftOut: z
    .array(z.string().min(1).max(100))
    .max(200)
    .describe("Keys of all sections that stay out, as preview_task_context names them."),
  note: z.string().trim().max(10_000).describe("Told to the agent with the task; empty: nothing."),
});
