import { z } from "zod";
import { id, isoTime } from "../ids.ts";

const band = z
  .object({ low: z.number(), likely: z.number(), high: z.number() })
  .describe("Nine of ten times between low and high.");

export const forecastPlanInput = z.strictObject({
  planId: id,
  agents: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe("How many work at once; left out: the engineers that the team has."),
  budgetMicros: z
    .int()
    .min(0)
    .max(1_000_000_000_000_000)
    .optional()
    .describe("What if it might cost so much, in micro-dollars; left out: as its cap is."),
});
export const planForecast = z.object({
  agents: z.int(),
  left: z.int().describe("Tasks that are not over."),
  minutes: band,
  costMicros: band.describe("With what was spent already, in micro-dollars."),
  endsAt: z.object({ low: isoTime, likely: isoTime, high: isoTime }).describe("If work goes on from now."),
  spentMicros: z.int(),
  capMicros: z.int().nullable(),
  withinCap: z.number().nullable().describe("How likely it stays within the cap, 0 to 1."),
  learnedFrom: z
    .int()
    .describe("From how many finished tasks of the team this is learned; below 5 it is mostly a guess."),
  criticalPath: z.array(z.string()).describe("Keys of the chain that decides the end."),
  budgets: z
    .array(z.object({ capMicros: z.int(), withinCap: z.number() }))
    .describe("How likely other budgets reach, the smallest first; empty where nothing is expected to cost anything."),
  whatIf: z.array(z.object({ agents: z.int(), minutes: band })).describe("The same with other numbers of agents."),
});
export type PlanForecast = z.output<typeof planForecast>;
