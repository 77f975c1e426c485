import type { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { lockToFinish } from "../tasks/dependencies.ts";
import { findTask, lockTask } from "../tasks/finding.ts";
import { moveTask, storeOutput } from "../tasks/service.ts";
import { requestReview, requireWorking } from "./requests.ts";
import type { submitResultInput } from "./schema.ts";

/** What a reviewer reads first of a long result; the whole of it stands beside the task. */
const summaryCharacters = 9_000;

/**
 * Ends the work on a task that has no repository: its result is kept for those that wait for it. A task of a plan without
 * criteria to be checked is done then, as when an agent of a model ends it; any other is judged like all work.
 * @throws AppError conflict when the task has a repository, or the actor does not hold it.
 */
export async function submitResult(
  context: Context,
  { task: ref, result, lease }: z.output<typeof submitResultInput>,
): Promise<string> {
  const { id } = await findTask(context, ref);
  await lockToFinish(context, id);
  const task = await lockTask(context, id);
  await requireWorking(context, task);
  if (task.repoId)
    throw new AppError(
      "conflict",
      `The result of #${task.number} is its branch: push ${task.branch}, then call request_review with the pushed commit.`,
    );
  await storeOutput(context, task, result);
  if (task.planId && task.acceptanceCriteria.length === 0) {
    await moveTask(context, task, "in_review", { leaseEnd: "completed" });
    await moveTask(context, await lockTask(context, id), "done");
    return id;
  }
  const rest = result.length > summaryCharacters ? "\n\n… the rest stands in the task's result." : "";
  const summary = `${result.slice(0, summaryCharacters).toWellFormed()}${rest}`;
  return requestReview(context, { task: id, summary, lease });
}
