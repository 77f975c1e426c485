import { and, eq, isNull } from "drizzle-orm";
import type { z } from "zod";
import { leases } from "#db/schema/tasks.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { mergeBase, readCommit } from "../git/history.ts";
import { newId } from "../ids.ts";
import { findReadyRepo, repositoryPath } from "../repos/queries.ts";
import { findTask, lockTask, type Task } from "../tasks/finding.ts";
import { moveTask } from "../tasks/service.ts";
import type { requestReviewInput } from "./schema.ts";
import { tellAsked, whomRulesAsk } from "./rules.ts";
import { lockLatestReview } from "./service.ts";

/**
 * Ends the work on a task and asks for its judgement: the lease is completed, the exact commit is fixed.
 * @throws AppError conflict when the commit is not the head of the task's branch, or nothing was pushed.
 */
export async function requestReview(
  context: Context,
  { task: ref, commit, summary }: z.output<typeof requestReviewInput>,
): Promise<string> {
  const task = await lockTask(context, (await findTask(context, ref)).id);
  await requireWorking(context, task);
  const judged = await chooseCommit(context, task, commit);
  const previous = await lockLatestReview(context, task.id);
  const about = { task: task.id, team: task.teamId };
  if (previous?.verdict === "pending") {
    const data = { verdict: "void" as const, text: "A newer review took its place." };
    await record(context, "review.decided", [{ ...about, subject: previous.id, data }]);
  }
  const asked = await whomRulesAsk(context, task, judged);
  await record(context, "review.requested", [
    { ...about, subject: newId(), data: { ...judged, attempt: (previous?.attempt ?? 0) + 1, summary, asked } },
  ]);
  await moveTask(context, task, "in_review", { leaseEnd: "completed" });
  await tellAsked(context, task, asked);
  return task.id;
}

/** @throws AppError conflict unless the actor works on the task now. */
export async function requireWorking(context: Context, task: Task): Promise<void> {
  if (task.status !== "in_progress") {
    throw new AppError(
      "conflict",
      `#${task.number} is ${task.status}. ${
        task.status === "blocked"
          ? "When people were asked, wait_for_work brings their answer and withdraw_request takes the question back; else move it to in_progress with change_task_status."
          : "A review is requested by whoever works on it: claim_task first."
      }`,
    );
  }
  await requireHolder(context, task);
}

/** The author of a review is who did the work, so only the holder asks for it. */
async function requireHolder({ tx, actor }: Context, task: Task): Promise<void> {
  const holder = actor.kind === "agent" ? eq(leases.agentId, actor.id) : eq(leases.userId, actor.id);
  const [lease] = await tx
    .select({ id: leases.id })
    .from(leases)
    .where(and(eq(leases.orgId, actor.orgId), eq(leases.taskId, task.id), holder, isNull(leases.endedAt)));
  if (lease) return;
  throw new AppError("conflict", `#${task.number} is held by somebody else, who requests the review of the work.`);
}

/**
 * Reads the branch as it is, in a few milliseconds in which only this task is held: a push that was stored while the
 * board could not be told is found here and made known.
 */
async function chooseCommit(
  context: Context,
  task: Task,
  named: string | undefined,
): Promise<{ commit: string | null; baseCommit: string | null }> {
  if (!task.repoId) {
    if (named) throw new AppError("invalid", `#${task.number} has no repository; request its review without a commit.`);
    return { commit: null, baseCommit: null };
  }
  const repo = await findReadyRepo(context, task.repoId);
  const repository = repositoryPath(context.settings, repo);
  const head = await readCommit(repository, `refs/heads/${task.branch}`);
  if (!head)
    throw new AppError(
      "conflict",
      `Nothing was pushed to ${task.branch} yet. Push your commits there first: git push origin HEAD:${task.branch}`,
    );
  if (named && named !== head) {
    throw new AppError(
      "conflict",
      `${named} is not the head of ${task.branch}, which is ${head}. Push it first, or request the review of the head.`,
    );
  }
  const main = await readCommit(repository, `refs/heads/${repo.defaultBranch}`);
  const baseCommit = main && (await mergeBase(repository, main, head));
  if (!baseCommit) {
    throw new AppError("conflict", `${task.branch} has no commit in common with ${repo.defaultBranch}: start from it.`);
  }
  if (baseCommit === head) {
    throw new AppError("conflict", `${task.branch} has no commit of its own: all of it is in ${repo.defaultBranch}.`);
  }
  if (task.headCommit !== head) {
    const data = { commit: head, previous: task.headCommit };
    await record(context, "task.pushed", [{ subject: task.id, task: task.id, team: task.teamId, data }]);
  }
  return { commit: head, baseCommit };
}
