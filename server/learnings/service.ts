import { and, eq, isNull, sql } from "drizzle-orm";
import type { z } from "zod";
import type { LearningKind } from "#db/enums.ts";
import { learnings } from "#db/schema/learnings.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { findTask, type Task } from "../tasks/finding.ts";
import { findTeam } from "../teams/finding.ts";
import { learnedFrom } from "./rules.ts";
import type { editLearningInput, recordLearningInput } from "./schema.ts";

/** A team that knows more than this has a handbook, not notes. */
const mostPerTeam = 2_000;

/** Keeps something for those who work after. @returns its id; that of the same one where it is known already. */
export async function recordLearning(
  context: Context,
  { task: ref, kind, body, wholeTeam }: z.output<typeof recordLearningInput>,
): Promise<string> {
  const task = await findTask(context, ref);
  const source = context.actor.kind === "user" ? "person" : "agent";
  const [id] = await keepLearnings(context, task, [{ kind, body }], { source, repoId: wholeTeam ? null : task.repoId });
  if (!id)
    throw new AppError("conflict", `The team has kept ${mostPerTeam} learnings. Remove some that are outlived first.`);
  return id;
}

/** Keeps several, each once. Used where what an agent left is read for what can be learned. @returns their ids. */
async function keepLearnings(
  context: Context,
  task: Pick<Task, "id" | "teamId" | "repoId">,
  found: readonly { kind: LearningKind; body: string }[],
  { source, repoId = task.repoId }: { source: "person" | "agent" | "rules" | "model"; repoId?: string | null },
): Promise<string[]> {
  const { tx, actor } = context;
  const known = await tx
    .select({ id: learnings.id, body: learnings.body })
    .from(learnings)
    .where(and(eq(learnings.orgId, actor.orgId), eq(learnings.teamId, task.teamId), isNull(learnings.removedAt)));
  const ids: string[] = [];
  const fresh: { id: string; kind: LearningKind; body: string }[] = [];
  for (const { kind, body } of found) {
    const same = [...known, ...fresh].find((one) => wordsOf(one.body) === wordsOf(body));
    if (same) ids.push(same.id);
    else if (known.length + fresh.length < mostPerTeam) {
      const id = newId();
      fresh.push({ id, kind, body });
      ids.push(id);
    }
  }
  await record(
    context,
    "learning.recorded",
    fresh.map(({ id, kind, body }) => ({
      subject: id,
      task: task.id,
      team: task.teamId,
      data: { kind, body, repoId, source },
    })),
  );
  return ids;
}

/** Puts something learned in other words. */
export async function editLearning(
  context: Context,
  { learningId, kind, body }: z.output<typeof editLearningInput>,
): Promise<void> {
  const found = await findLearning(context, learningId);
  await record(context, "learning.edited", [
    { subject: found.id, task: found.taskId, team: found.teamId, data: { kind, body } },
  ]);
}

/** Takes something back that does not hold (any more). */
export async function removeLearning(context: Context, learningId: string): Promise<void> {
  const found = await findLearning(context, learningId);
  await record(context, "learning.removed", [{ subject: found.id, task: found.taskId, team: found.teamId, data: {} }]);
}

/**
 * Reads by rules what was left on a task (notes, hand-over, result) for what can be learned; once for each task.
 * @returns how many were kept, null when it was read before.
 */
export async function learnByRules(context: Context, task: Task): Promise<number | null> {
  const { tx, actor } = context;
  const [first] = await tx.execute(sql`insert into learning_readings (org_id, task_id, read_at)
    values (${actor.orgId}, ${task.id}, now()) on conflict do nothing returning 1`);
  if (!first) return null;
  const texts = await notesOf(context, task);
  return (await keepLearnings(context, task, learnedFrom(texts.join("\n")), { source: "rules" })).length;
}

/** Keeps what a model read out of what was left on a task; what is known already is not kept again. @returns how many. */
export async function keepRead(
  context: Context,
  task: Task,
  found: readonly { kind: LearningKind; body: string }[],
): Promise<number> {
  return (await keepLearnings(context, task, found, { source: "model" })).length;
}

/** What those who worked on a task wrote of it: hand-overs, summaries for reviewers, its result. */
export async function notesOf({ tx, actor }: Context, { id }: Pick<Task, "id">): Promise<string[]> {
  const rows = await tx.execute<{ text: string }>(sql`
    select body as text from task_contexts where org_id = ${actor.orgId} and task_id = ${id}
    union all select summary from reviews where org_id = ${actor.orgId} and task_id = ${id}
    union all select output from task_outputs where org_id = ${actor.orgId} and task_id = ${id}`);
  return rows.map(({ text }) => text.slice(0, 100_000));
}

async function findLearning(context: Context, id: string) {
  const { tx, actor } = context;
  const [found] = await tx
    .select()
    .from(learnings)
    .where(and(eq(learnings.orgId, actor.orgId), eq(learnings.id, id), isNull(learnings.removedAt)))
    .for("update");
  if (found) await findTeam(context, found.teamId);
  if (!found) throw new AppError("not_found", `There is no learning ${id} here. list_learnings shows what there is.`);
  return found;
}

const wordsOf = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
