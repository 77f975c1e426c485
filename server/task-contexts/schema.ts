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
