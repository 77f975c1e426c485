import { z } from "zod";
import { catchUpPolicies, scheduleOutcomes } from "#db/enums.ts";
import { id, text, at, none } from "../events/shapes.ts";

export const scheduleEvents = {
  "schedule.saved": z.object({
    templateId: id,
    name: text,
    cron: text,
    timeZone: text,
    parameters: z.record(text, z.union([text, z.number(), z.boolean()])),
    catchUp: z.enum(catchUpPolicies),
    enabled: z.boolean(),
    ownerId: id,
  }),
  "schedule.removed": none,
  /** What became of a due moment. The subject is the schedule. */
  "schedule.ran": z.object({
    dueAt: at,
    outcome: z.enum(scheduleOutcomes),
    taskId: id.nullable(),
    stands: z.int(),
    detail: text,
  }),
} as const;
