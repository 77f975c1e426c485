import { AppError } from "#server/errors.ts";
import { isAncestor, treeOf } from "#server/git/history.ts";
import { landCommit, readMergedRef } from "#server/git/landing.ts";
import { buildCandidate, type Candidate } from "#server/git/merge.ts";
import {
  type Attempt,
  describeJob,
  failAttempt,
  holdAttempt,
  holdStoppable,
  PausedError,
  recordLanded,
  requeueAttempt,
  startAttempt,
} from "#server/merges/jobs.ts";
import { findPassedGate, type MergeJob } from "#server/merges/service.ts";
import { failpoint } from "./failpoint.ts";
import { conflictWords, gateWords } from "./failure.ts";
import { type GateResult, passGate } from "./gate.ts";
import type { Go } from "./go.ts";
import { fetchSource, findTaken, headOf, offerToSource } from "./source.ts";

/** The whole way of one job: what the source has → the exact tree → its gate → the source → the default branch. */
export async function mergeOne(go: Go, job: MergeJob): Promise<void> {
  // What may be missing at all is asked before the job starts, so that it waits without being tried in vain.
  if (go.sourced.repo.gateCommand !== "") await go.sandbox();
  await fetchSource(go);
  const attempt = await go.transaction((context) => startAttempt(context, job));
  if (!attempt) return;
  await failpoint("merge.after_start");
  const target = await headOf(go);
  if (!target) throw new AppError("unavailable", `The branch ${go.sourced.repo.defaultBranch} is gone.`);
  const candidate = await candidateOf(go, job, target);
  if (!candidate.clean) return fail(go, attempt, conflictWords(go.sourced.repo, candidate));
  let gate: GateResult;
  try {
    gate = await passGate(go, attempt, candidate);
    // The last safe point: from here on something of it may be at the source, and it goes through.
    await go.transaction((context) => holdStoppable(context, attempt));
  } catch (error) {
    if (!(error instanceof PausedError)) throw error;
    return go.transaction((context) => requeueAttempt(context, attempt, error.message));
  }
  await failpoint("merge.after_gate");
  if (!gate.passed) return fail(go, attempt, gateWords(go.sourced.repo, gate));
  if ((await offerToSource(go, { jobId: job.id, commit: candidate.commit })) === "moved") {
    return go.transaction((context) => requeueAttempt(context, attempt, "The source moved meanwhile; starting over."));
  }
  await failpoint("merge.after_push");
  await land(go, attempt, { ...candidate, target });
}

/**
 * Takes up a job whose worker died: what git says is what happened.
 * @param reason why it goes back into the queue, when it had not landed
 */
export async function recover(go: Go, job: MergeJob, reason: string): Promise<void> {
  const landed = await readMergedRef(go.repository, job.id);
  if (landed) {
    const tree = await treeOf(go.repository, landed);
    return go.transaction((context) => recordLanded(context, job, { commit: landed, tree }));
  }
  const attempt = { job, startedAt: job.startedAt ?? job.createdAt };
  const taken = await findTaken(go, job.id);
  const target = await headOf(go);
  if (taken && target) {
    return land(go, attempt, { commit: taken, tree: await treeOf(go.repository, taken), target });
  }
  await go.transaction((context) => requeueAttempt(context, attempt, reason));
}

async function candidateOf(go: Go, job: MergeJob, target: string): Promise<Candidate> {
  // Somebody brought it in by another way: nothing is to be built, but the gate still judges the tree.
  if (await isAncestor(go.repository, job.commit, target)) {
    return { clean: true, commit: target, tree: await treeOf(go.repository, target) };
  }
  const { number, title, author } = await go.transaction((context) => describeJob(context, job));
  return buildCandidate(go.repository, {
    strategy: job.strategy,
    target,
    commit: job.commit,
    message: job.strategy === "merge" ? `Merge #${number}: ${title}` : `${title} (#${number})`,
    author,
    committer: { name: "Entourage", email: "entourage@entourage.invalid" },
    at: job.createdAt,
  });
}

/**
 * The moment that counts. The job is held while git moves the branch (some milliseconds), so that nothing else can
 * be decided about it: a cancelled or superseded attempt cannot land, and one that landed cannot fail.
 */
async function land(
  go: Go,
  attempt: Attempt,
  { commit, tree, target }: { commit: string; tree: string; target: string },
): Promise<void> {
  const { job } = attempt;
  const { defaultBranch, id: repoId } = go.sourced.repo;
  await go.transaction(async (context) => {
    await holdAttempt(context, attempt);
    if (!(await findPassedGate(context, { repoId, tree }))) throw new Error("a tree without a passed gate cannot land");
    const landing = await landCommit(go.repository, {
      ...{ branch: defaultBranch, newCommit: commit, oldCommit: target, jobId: job.id },
    });
    if (landing.outcome === "moved") {
      return requeueAttempt(context, attempt, `${defaultBranch} moved meanwhile; starting over.`);
    }
    await failpoint("merge.after_update_ref");
    const landed = landing.outcome === "already_landed" ? landing.commit : commit;
    await recordLanded(context, job, { commit: landed, tree: await treeOf(go.repository, landed) });
  });
  go.log.info({ jobId: job.id, taskId: job.taskId, commit }, "merged");
}

async function fail(go: Go, attempt: Attempt, failure: Parameters<typeof failAttempt>[2]): Promise<void> {
  const { job } = attempt;
  await go.transaction(async (context) => {
    await holdAttempt(context, attempt);
    const landed = await readMergedRef(go.repository, job.id);
    if (landed) {
      return recordLanded(context, job, { commit: landed, tree: await treeOf(go.repository, landed) });
    }
    await failAttempt(context, attempt, failure);
  });
  go.log.info({ jobId: job.id, taskId: job.taskId, reason: failure.reason }, "not merged");
}
