import { z } from "zod";
import { id } from "../ids.ts";

const limits = {
  sessionsAtOnce: z.int().min(0).max(10_000).nullable().default(null).describe("Null: no limit."),
  hoursADay: z
    .int()
    .min(0)
    .max(10_000)
    .nullable()
    .default(null)
    .describe("Hours of all sessions together, a day in UTC."),
  tokensADay: z.int().min(0).max(1_000_000_000_000).nullable().default(null),
  microsADay: z.int().min(0).max(1_000_000_000_000).nullable().default(null).describe("Micro-dollars: 1000000 is $1."),
};

export const quotaInput = z.strictObject({
  userId: id.nullable().optional().describe("Left out: yourself. Null: everybody who has none of their own."),
});
export const setQuotaInput = z.strictObject({
  userId: id.nullable().default(null).describe("Null: everybody who has no quota of their own."),
  ...limits,
});
const numbers = z.object({
  sessionsAtOnce: z.number().nullable(),
  hoursADay: z.number().nullable(),
  tokensADay: z.number().nullable(),
  microsADay: z.number().nullable(),
});
export type Quota = z.output<typeof numbers>;
export const quotaResult = z.object({ userId: id.nullable(), limits: numbers, used: numbers });
