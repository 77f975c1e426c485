import { z } from "zod";
import { id } from "../events/shapes.ts";

export const quotaEvents = {
  /** How much of sessions a person may use a day; without a person: everybody who has none of their own. */
  "quota.set": z.object({
    userId: id.nullable(),
    sessionsAtOnce: z.int().nullable(),
    hoursADay: z.int().nullable(),
    tokensADay: z.int().nullable(),
    microsADay: z.int().nullable(),
  }),
} as const;
