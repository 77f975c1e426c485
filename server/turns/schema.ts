import { z } from "zod";
import { turnStatuses } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";
import { taskRef } from "../tasks/schema.ts";

export const turn = z.object({
  id,
  agentId: id,
  attempt: z.int(),
  status: z.enum(turnStatuses),
  model: z.string().nullable().describe("The model that answered last."),
  resumed: z.int().describe("How often it was taken up again after a crash, a pause or a stop."),
  requestId: id.nullable().describe("The question it waits for."),
  output: z.string().nullable(),
  reason: z.string().nullable(),
  startedAt: isoTime,
  endedAt: isoTime.nullable(),
});

export const turnLogInput = z.strictObject({
  task: taskRef,
  turnId: id.optional().describe("Which try; left out: the latest."),
  fromEntry: z.int32().min(0).default(0).describe("Only entries of messages from this number on."),
  afterPart: z.int().min(0).default(0).describe("Only what was said after this part."),
});
export const turnLog = z.object({
  turns: z.array(turn).describe("All tries, newest first."),
  entries: z
    .array(z.object({ number: z.int(), role: z.string(), kind: z.string(), text: z.string(), at: isoTime }))
    .describe("What was said and done in the try, in order."),
  parts: z
    .array(z.object({ id: z.int(), kind: z.string(), text: z.string() }))
    .describe("What the model says right now, as it comes; empty when it is silent."),
  keptUpTo: z.int().describe("Parts up to this one stand in the entries."),
});
