import { and, desc, eq, sql } from "drizzle-orm";
import { gateLogs, mergeJobs, reviews } from "#db/schema/reviews.ts";
import { tasks } from "#db/schema/tasks.ts";
import type { Context } from "../context.ts";
import { newestOf } from "../events/causes.ts";
import { record } from "../events/record.ts";
import type { EventData } from "../events/registry.ts";
import { newId } from "../ids.ts";
import { sendSystemMessage } from "../messages/service.ts";
import { findPause, pauseWords } from "../pauses/queries.ts";
import { holdSwitches } from "../pauses/switches.ts";
import { lockToFinish } from "../tasks/dependencies.ts";
import { lockTask, type Task } from "../tasks/finding.ts";
import { moveTask } from "../tasks/service.ts";
import { findPassedGate, type MergeJob } from "./service.ts";

/** One worker's go at a job. A job that was given up and started again is another attempt: the older one is fenced off. */
export interface Attempt {
  job: MergeJob;
  startedAt: Date;
}

/** The attempt is not the current one any more (cancelled, or taken over): its result must not count. */
export class SupersededError extends Error {}

/** A hard pause stops the attempt at a safe point; it goes back into the queue. */
export class PausedError extends Error {}

/** The job of a repository that is next: one whose worker died before all others; none of a paused team. */
export async function nextJob({ tx, actor }: Context, repoId: string): Promise<MergeJob | undefined> {
  const [job] = await tx
    .select()
    .from(mergeJobs)
    .where(
      and(
        eq(mergeJobs.orgId, actor.orgId),
        eq(mergeJobs.repoId, repoId),
        sql`(${mergeJobs.status} = 'testing' or (${mergeJobs.status} = 'queued' and exists (
          select 1 from teams t join organizations o on o.org_id = t.org_id where t.org_id = ${mergeJobs.orgId}
            and t.id = ${mergeJobs.teamId} and t.paused_at is null and o.paused_at is null)))`,
      ),
    )
    .orderBy(desc(sql`${mergeJobs.status} = 'testing'`), mergeJobs.createdAt, mergeJobs.id)
    .limit(1);
  return job;
}

/** What the commit of a merge says: the task, and who did the work. */
export async function describeJob({ tx, actor }: Context, job: MergeJob) {
  const [row] = await tx
    .select({ number: tasks.number, title: tasks.title, author: reviews.author })
    .from(tasks)
    .innerJoin(reviews, and(eq(reviews.orgId, tasks.orgId), eq(reviews.taskId, tasks.id)))
    .where(and(eq(tasks.orgId, actor.orgId), eq(tasks.id, job.taskId)))
    .orderBy(desc(reviews.attempt))
    .limit(1);
  if (!row) throw new Error(`the task of merge job ${job.id} has no review`);
  const { name, id } = row.author;
  return { number: row.number, title: row.title, author: { name, email: `${id}@entourage.invalid` } };
}

/** The event that put a job into the queue: what is done for it is done because of that. */
export const causeOfMerge = (context: Context, { orgId, taskId, id }: MergeJob) =>
  newestOf(context, { orgId, taskId, subject: id, type: "merge.queued" });

/** Starts a queued job. @returns nothing when it is not queued any more, or work is paused. */
export async function startAttempt(context: Context, job: MergeJob): Promise<Attempt | undefined> {
  // The switches before the task: a pause that has committed is seen, and one that comes now waits for this start.
  if (await holdSwitches(context, { teamId: job.teamId })) return undefined;
  const { current } = await lockJob(context, job);
  if (current.status !== "queued") return undefined;
  await record(context, "merge.started", [{ subject: job.id, task: job.taskId, team: job.teamId, data: {} }]);
  return { job, startedAt: context.now };
}

/** Holds the job for the rest of the transaction if the attempt still counts. @throws SupersededError */
export async function holdAttempt(context: Context, { job, startedAt }: Attempt): Promise<Task> {
  const { task, current } = await lockJob(context, job);
  if (current.status !== "testing" || current.startedAt?.getTime() !== startedAt.getTime()) {
    throw new SupersededError(`the attempt at merge job ${job.id} does not count any more`);
  }
  return task;
}

/**
 * Holds an attempt that may still be stopped: before anything of it reached a source or the default branch.
 * @throws SupersededError; PausedError when a hard pause says to stop.
 */
export async function holdStoppable(context: Context, attempt: Attempt): Promise<void> {
  await holdAttempt(context, attempt);
  const pause = await findPause(context, { teamId: attempt.job.teamId });
  if (pause?.mode === "hard") throw new PausedError(pauseWords(pause));
}

/** Stores what the gate said of one exact tree. @returns the id of the run. */
export async function recordGate(
  context: Context,
  attempt: Attempt,
  { output, ...result }: EventData<"gate.finished"> & { output: string },
): Promise<string> {
  await holdAttempt(context, attempt);
  const { job } = attempt;
  const gateRunId = newId();
  await record(context, "gate.finished", [{ subject: gateRunId, task: job.taskId, team: job.teamId, data: result }]);
  await context.tx.insert(gateLogs).values({ orgId: job.orgId, gateRunId, output, createdAt: context.now });
  return gateRunId;
}

/**
 * Says that a job landed, after git said so: the merge and the end of its task in one. Saying it again is harmless.
 * The caller holds the attempt, or has found the job's ref after a crash.
 */
export async function recordLanded(
  context: Context,
  job: MergeJob,
  { commit, tree }: { commit: string; tree: string },
): Promise<void> {
  await lockToFinish(context, job.taskId);
  const { task, current } = await lockJob(context, job);
  if (current.status === "merged") return;
  const gateRunId = await findPassedGate(context, { repoId: job.repoId, tree });
  await record(context, "merge.landed", [
    { subject: job.id, task: job.taskId, team: job.teamId, data: { mergeCommit: commit, gateRunId } },
  ]);
  await moveTask(context, task, "done");
}

/** Ends an attempt without a merge: the task goes back with the reason, and its conversation keeps the particulars. */
export async function failAttempt(
  context: Context,
  attempt: Attempt,
  failure: { status: "failed" | "conflicted"; reason: string; gateRunId?: string; message: string },
): Promise<void> {
  const task = await holdAttempt(context, attempt);
  const { job } = attempt;
  const { status, reason, gateRunId = null } = failure;
  await record(context, "merge.failed", [
    { subject: job.id, task: job.taskId, team: job.teamId, data: { status, reason, gateRunId } },
  ]);
  await moveTask(context, task, "todo", { reason, rework: true });
  await sendSystemMessage(context, task, failure.message);
}

/** Puts an attempt back into the queue. */
export async function requeueAttempt(context: Context, attempt: Attempt, reason: string): Promise<void> {
  await holdAttempt(context, attempt);
  const { job } = attempt;
  await record(context, "merge.requeued", [{ subject: job.id, task: job.taskId, team: job.teamId, data: { reason } }]);
}

/** A queued job that cannot begin says why, once; then it waits in silence. */
export async function recordWaiting(context: Context, job: MergeJob, reason: string): Promise<void> {
  const { current } = await lockJob(context, job);
  if (current.status !== "queued" || current.reason === reason) return;
  await record(context, "merge.requeued", [{ subject: job.id, task: job.taskId, team: job.teamId, data: { reason } }]);
}

/** The task before the job: the order of every service that locks both. */
async function lockJob(context: Context, job: MergeJob): Promise<{ task: Task; current: MergeJob }> {
  const task = await lockTask(context, job.taskId);
  const [current] = await context.tx
    .select()
    .from(mergeJobs)
    .where(and(eq(mergeJobs.orgId, job.orgId), eq(mergeJobs.id, job.id)))
    .for("update");
  if (!current) throw new Error(`the merge job ${job.id} is gone`);
  return { task, current };
}
