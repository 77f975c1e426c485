import { z } from "zod";
import { learningKinds } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";
import { author, taskRef } from "../tasks/schema.ts";

const kind = z
  .enum(learningKinds)
  .describe(
    "constraint: must hold. decision: was chosen, and why. discovery: turned out. reference: where to look. gotcha: bites. architecture: how it hangs together.",
  );
const body = z.string().trim().min(1).max(2_000).describe("One thing, in a sentence or two. No secrets.");

export const learning = z.object({
  id,
  teamId: id,
  repoId: id.nullable(),
  kind,
  body: z.string(),
  source: z.enum(["person", "agent", "rules", "model"]),
  task: z.object({ id, number: z.int() }).nullable(),
  by: author,
  createdAt: isoTime,
  updatedAt: isoTime,
});
export type Learning = z.output<typeof learning>;

export const recordLearningInput = z.strictObject({
  task: taskRef.describe("The task it was learned on."),
  kind,
  body,
  wholeTeam: z
    .boolean()
    .default(false)
    .describe("It concerns all work of the team, not only that on the task's repository."),
});
export const editLearningInput = z.strictObject({ learningId: id, kind, body });
export const learningInput = z.strictObject({ learningId: id });
export const listLearningsInput = z.strictObject({
  teamId: id,
  task: taskRef.optional().describe("Only what was learned on this one."),
  kind: kind.optional(),
  limit: z.int().min(1).max(500).default(100),
});
export const learningResult = z.object({ learning });
export const learningList = z.object({ learnings: z.array(learning) });
export const removedLearning = z.object({ removed: z.literal(true) });
