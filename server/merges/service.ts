import { and, desc, eq, inArray } from "drizzle-orm";
import { gateRuns, mergeJobs, reviews } from "#db/schema/reviews.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { findReadyRepo } from "../repos/queries.ts";
import { findTask, lockTask, type Task } from "../tasks/finding.ts";
import { moveTask } from "../tasks/service.ts";

export type MergeJob = typeof mergeJobs.$inferSelect;

/** Puts a locked, approved task into its repository's merge queue. */
export async function queueMerge(context: Context, task: Task, commit: string): Promise<void> {
  if (!task.repoId) throw new Error("a task without a repository is not merged");
  const { id: repoId, mergeStrategy } = await findReadyRepo(context, task.repoId);
  await moveTask(context, task, "merging");
  await record(context, "merge.queued", [
    { subject: newId(), task: task.id, team: task.teamId, data: { repoId, commit, strategy: mergeStrategy } },
  ]);
}

/** Merges an approved task by hand, where the team does not do it by itself. @throws AppError conflict when not approved. */
export async function mergeByHand(context: Context, ref: string): Promise<string> {
  const { tx, actor } = context;
  const task = await lockTask(context, (await findTask(context, ref)).id);
  if (task.status !== "in_approval") {
    const hint = task.status === "merging" ? "It is in the queue already." : "Only an approved task is merged.";
    throw new AppError("conflict", `#${task.number} is ${task.status}. ${hint}`);
  }
  const [review] = await tx
    .select({ verdict: reviews.verdict, commit: reviews.commit })
    .from(reviews)
    .where(and(eq(reviews.orgId, actor.orgId), eq(reviews.taskId, task.id)))
    .orderBy(desc(reviews.attempt))
    .limit(1);
  if (review?.verdict !== "approve" || !review.commit || review.commit !== task.headCommit) {
    throw new AppError("conflict", `The head of ${task.branch} is not approved. It needs a new request_review.`);
  }
  await queueMerge(context, task, review.commit);
  return task.id;
}

/** Takes a task out of the merge queue; it goes back to whoever worked on it. */
export async function cancelMerge(context: Context, ref: string): Promise<string> {
  const task = await lockTask(context, (await findTask(context, ref)).id);
  const job = await lockLiveJob(context, task.id);
  if (!job) throw new AppError("conflict", `#${task.number} is ${task.status} and waits for no merge.`);
  if (job.status === "testing") await refuseOnItsWay(context, job);
  const reason = `${context.actor.name} cancelled the merge.`;
  await record(context, "merge.failed", [
    { subject: job.id, task: task.id, team: task.teamId, data: { status: "cancelled", reason, gateRunId: null } },
  ]);
  await moveTask(context, task, "todo", { reason, rework: true });
  return task.id;
}

/** A merge that may have reached its source already cannot be taken back. */
async function refuseOnItsWay(context: Context, job: MergeJob): Promise<void> {
  const repo = await findReadyRepo(context, job.repoId);
  if (!repo.sourceUrl) return;
  throw new AppError("conflict", "This merge is on its way to the repository's source. Wait for its result.");
}

/** The latest passed gate on a tree; with a command, only of that gate. */
export async function findPassedGate(
  { tx, actor }: Context,
  { repoId, tree, command }: { repoId: string; tree: string; command?: string },
): Promise<string | null> {
  const [run] = await tx
    .select({ id: gateRuns.id })
    .from(gateRuns)
    .where(
      and(
        eq(gateRuns.orgId, actor.orgId),
        eq(gateRuns.repoId, repoId),
        eq(gateRuns.tree, tree),
        eq(gateRuns.passed, true),
        command === undefined ? undefined : eq(gateRuns.command, command),
      ),
    )
    .orderBy(desc(gateRuns.createdAt))
    .limit(1);
  return run?.id ?? null;
}

async function lockLiveJob({ tx, actor }: Context, taskId: string): Promise<MergeJob | undefined> {
  const [job] = await tx
    .select()
    .from(mergeJobs)
    .where(
      and(
        eq(mergeJobs.orgId, actor.orgId),
        eq(mergeJobs.taskId, taskId),
        inArray(mergeJobs.status, ["queued", "testing"]),
      ),
    )
    .for("update");
  return job;
}
