import { z } from "zod";
import { catchUpPolicies, scheduleOutcomes } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";
import { parameters } from "../templates/schema.ts";

export const schedule = z.object({
  id,
  teamId: id,
  templateId: id,
  templateName: z.string(),
  name: z.string(),
  cron: z.string(),
  timeZone: z.string(),
  parameters,
  catchUp: z.enum(catchUpPolicies),
  enabled: z.boolean(),
  owner: z.object({ id, name: z.string() }),
  nextAt: isoTime.nullable(),
  runs: z.array(
    z.object({
      dueAt: isoTime,
      outcome: z.enum(scheduleOutcomes),
      taskNumber: z.int().nullable(),
      stands: z.int().describe("How many due moments it stands for."),
      detail: z.string(),
      at: isoTime,
    }),
  ),
});
export type Schedule = z.output<typeof schedule>;

export const listSchedulesInput = z.strictObject({
  teamId: id.optional(),
  history: z.int().min(0).max(200).default(5),
});
export const scheduleList = z.object({ schedules: z.array(schedule) });
export const saveScheduleInput = z.strictObject({
  scheduleId: id.optional().describe("Left out: a new one."),
  templateId: id.optional().describe("The template of a new one."),
  name: z.string().trim().min(1).max(200),
  cron: z.string().trim().min(1).max(100).describe("Minute, hour, day, month, weekday: 0 9 * * 1-5."),
  timeZone: z.string().min(1).max(60).default("UTC").describe("Such as Europe/Berlin."),
  parameters: parameters.default({}),
  catchUp: z
    .enum(catchUpPolicies)
    .default("once")
    .describe("For runs that were due while nothing ran: none of them, one for all, or each (100 at most)."),
  enabled: z.boolean().default(true),
});
export const scheduleResult = z.object({ schedule });
export const scheduleInput = z.strictObject({ scheduleId: id });
export const removedSchedule = z.object({ removed: z.literal(true) });
