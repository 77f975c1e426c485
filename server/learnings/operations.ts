import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { defineOperation } from "../operation.ts";
import * as queries from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const listLearnings = defineOperation({
  name: "list_learnings",
  summary:
    "List what a team learned on earlier tasks: constraints, decisions, discoveries, references, gotchas, architecture.",
  kind: "read",
  permission: "task:read",
  input: schema.listLearningsInput,
  output: schema.learningList,
  run: queries.listLearnings,
});

export const recordLearning = defineOperation({
  name: "record_learning",
  summary: "Keep one thing you learned for those who work on later tasks: it is told to them with their task.",
  kind: "command",
  permission: "task:write",
  input: schema.recordLearningInput,
  output: schema.learningResult,
  run: async (context, input) => ({ learning: await one(context, await service.recordLearning(context, input)) }),
});

export const editLearning = defineOperation({
  name: "edit_learning",
  summary: "Put something learned in other words, or under another kind.",
  kind: "command",
  permission: "task:manage",
  hints: { idempotent: true },
  input: schema.editLearningInput,
  output: schema.learningResult,
  run: async (context, input) => {
    await service.editLearning(context, input);
    return { learning: await one(context, input.learningId) };
  },
});

export const removeLearning = defineOperation({
  name: "remove_learning",
  summary: "Take back something learned that does not hold (any more).",
  kind: "command",
  permission: "task:manage",
  hints: { destructive: true },
  input: schema.learningInput,
  output: schema.removedLearning,
  run: async (context, { learningId }) => {
    await service.removeLearning(context, learningId);
    return { removed: true as const };
  },
});

async function one(context: Context, id: string) {
  const [learning] = await queries.readLearnings(context, sql`l.id = ${id}`, 1);
  if (!learning) throw new AppError("not_found", `There is no learning ${id} here.`);
  return learning;
}
