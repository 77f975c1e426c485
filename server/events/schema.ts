import { z } from "zod";
import { id, isoTime } from "../ids.ts";
import { author, taskRef } from "../tasks/schema.ts";

/** One thing that happened, as people, agents and browsers read it. */
export const event = z.object({
  seq: z.int().describe("Its number in the organization's log: gap-free, in the order of commits."),
  id,
  type: z.string(),
  teamId: id.nullable(),
  taskId: id.nullable(),
  taskNumber: z.int().nullable(),
  subjectId: z.string(),
  actor: author,
  correlationId: z.string().describe("One id for everything that one request caused."),
  cause: z
    .object({
      seq: z.int(),
      type: z.string(),
      taskId: id.nullable(),
      taskNumber: z.int().nullable(),
      to: z.string().nullable(),
    })
    .nullable()
    .describe("The event because of which it happened, where another one led to it; `to`: the status it brought."),
  data: z.record(z.string(), z.unknown()),
  occurredAt: isoTime,
});
export type FeedEvent = z.output<typeof event>;

const correlation = z
  .string()
  .min(1)
  .max(128)
  .describe("Only what this request caused: the x-request-id of its answer, or its trace id.");

export const feedInput = z.strictObject({
  teamId: id.optional().describe("Only what concerns this team, and what concerns all."),
  since: z.int().min(0).default(0).describe("Only events after this number."),
  limit: z.int().min(1).max(500).default(200),
});
export const feedPage = z.object({
  events: z.array(event),
  head: z.int().describe("The newest number in the log; when the last event is below it, ask again from there."),
});

export const activityInput = z.strictObject({
  teamId: id.optional(),
  before: z.int().positive().optional().describe("Continue below this number."),
  types: z.array(z.string().max(60)).max(20).optional().describe("Only these types, such as task.claimed."),
  about: id.optional().describe("Only what this agent or person did, and what was done to them, of late."),
  correlationId: correlation.optional(),
  limit: z.int().min(1).max(200).default(50),
});
export const activityPage = z.object({ events: z.array(event), next: z.int().nullable() });

export const taskEventsInput = z.strictObject({
  task: taskRef,
  correlationId: correlation.optional(),
  before: z.int().positive().optional().describe("Continue below this number."),
  limit: z.int().min(1).max(500).default(200),
});
