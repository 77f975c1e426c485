import { z } from "zod";
import { id, isoTime } from "../ids.ts";

export const startSampleInput = z.strictObject({});
export const startedSample = z.object({
  teamId: id.describe("The team it works in."),
  planId: id.describe("Its plan: look at it and approve it."),
});

export const crewInput = z.strictObject({ planId: id });

/** The sample crew and one plan: whether it may be called, and what it does there. */
export const crewOfPlan = z.object({
  state: z
    .enum(["none", "waiting", "working", "home"])
    .describe("waiting: for the approval, for the plan to go on, or for its turn; home: it was here and has left."),
  requestedAt: isoTime.nullable(),
  note: z.string().nullable().describe("Why it waits, or why it went home before the plan was over."),
  refusal: z.string().nullable().describe("Why it cannot be called; null: it can."),
  writes: z
    .enum(["recipes", "notes"])
    .describe("recipes: the sample's real code and tests; notes: what each task asks for, no code."),
  isAlone: z
    .boolean()
    .describe("Nobody else is there to do the plan's tasks: no agent that works, and no other engineer."),
});
export type CrewOfPlan = z.output<typeof crewOfPlan>;
export const crewResult = z.object({ crew: crewOfPlan });
