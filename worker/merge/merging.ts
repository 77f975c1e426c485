import { join } from "node:path";
import { sql } from "drizzle-orm";
import { type Context, type Runtime, systemActor } from "#server/context.ts";
import { AppError } from "#server/errors.ts";
import type { Cause } from "#server/events/registry.ts";
import { inTransaction } from "#server/execute.ts";
import { removeStaleLocks } from "#server/git/repositories.ts";
import { newId } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import { causeOfMerge, nextJob, recordWaiting, SupersededError } from "#server/merges/jobs.ts";
import type { MergeJob } from "#server/merges/service.ts";
import { loadRepo, type SourcedRepo } from "#server/repos/jobs.ts";
import { repositoryPath } from "#server/repos/queries.ts";
import { isWorkOfCrew } from "#server/samples/jobs.ts";
import { chooseSandbox } from "#server/sandbox/choose.ts";
import { locksOf } from "../locks.ts";
import { startRounds } from "../rounds.ts";
import { mergeOne, recover } from "./attempt.ts";
import { createDelays } from "./delays.ts";
import { type Go, StoppedError } from "./go.ts";
import { clearAbandonedGates } from "./leftovers.ts";

const REPOSITORIES_AT_ONCE = 2;

interface QueuedRepo extends Record<string, unknown> {
  orgId: string;
  id: string;
}

/**
 * Works off the merge queues: in each repository one job after another, several repositories at once. Safe with any
 * number of workers: one at a time has a repository's lock, and what counts is fenced by the job's row and by git.
 */
export function startMerging(runtime: Runtime, { log }: { log: Logger }): { stop(): Promise<void> } {
  const locks = locksOf(runtime.db.$client);
  const stopping = new AbortController();
  const delays = createDelays();
  const busy = new Map<string, Promise<unknown>>();
  const rounds = startRounds(log, async () => {
    if (busy.size === 0)
      await clearAbandonedGates(runtime).catch((error: unknown) => log.warn({ error }, "gates left files"));
    for (const repo of await listQueues(runtime)) {
      if (busy.size >= REPOSITORIES_AT_ONCE || stopping.signal.aborted) return;
      if (busy.has(repo.id) || delays.isWaiting(repo.id)) continue;
      const release = await locks.take(`merge|${repo.id}`);
      if (!release) continue;
      busy.set(repo.id, drain(repo, release));
    }
  });
  const off = runtime.wake.on("task_status_changed", () => rounds.ask());

  async function drain(repo: QueuedRepo, release: () => Promise<void>): Promise<void> {
    try {
      await workOff(runtime, repo, { log, delays, signal: stopping.signal });
    } catch (error) {
      log.error({ error, repoId: repo.id }, "merge queue stopped");
    }
    await release();
    busy.delete(repo.id);
    // Another repository may have waited for the room.
    rounds.ask();
  }

  rounds.ask();
  return {
    async stop() {
      off();
      stopping.abort();
      await rounds.stop();
      await Promise.all(busy.values());
    },
  };
}

interface Work {
  log: Logger;
  delays: ReturnType<typeof createDelays>;
  signal: AbortSignal;
}

/** One repository's queue to its end, its worker's stop, or something that has to be waited for. */
async function workOff(runtime: Runtime, { orgId, id }: QueuedRepo, { log, delays, signal }: Work): Promise<void> {
  const acting = (cause: Cause | undefined): Go["transaction"] => {
    return (work) => inTransaction(runtime, systemActor(orgId, "worker"), { requestId: newId(), cause }, work);
  };
  while (!signal.aborted) {
    const sourced = await acting(undefined)((context) => loadRepo(context, id));
    const job = await acting(undefined)((context) => nextJob(context, id));
    if (!sourced || !job) return;
    // What the merge does goes on under the id of the request that queued it.
    const transaction = acting(await acting(undefined)((context) => causeOfMerge(context, job)));
    const trustedSample = await acting(undefined)((context) => isOfSample(context, sourced, job));
    const sandbox = async () => (await chooseSandbox(runtime.settings, { trustedSample })).provider;
    const repository = repositoryPath(runtime.settings, { orgId, id });
    const go: Go = { runtime, log, sourced, repository, transaction, sandbox, signal };
    try {
      // A job in testing under our lock has no worker any more.
      if (job.status === "testing")
        await recover(go, job, delays.reasonOf(id) ?? "Its worker stopped; starting again.");
      else await mergeOne(go, job);
      if (job.status === "queued") delays.clear(id);
    } catch (error) {
      if (error instanceof StoppedError) return;
      if (error instanceof SupersededError) continue;
      await postpone(go, job, error, delays);
      return;
    }
  }
}

/** Something outside is missing (source, sandbox, disk): that is no fault of the work, so the job waits and says why. */
async function postpone(go: Go, job: MergeJob, error: unknown, delays: Work["delays"]): Promise<void> {
  const reason =
    error instanceof AppError ? error.message : "The server had a fault; it tries again. Its log says more.";
  go.log.warn({ error, jobId: job.id, repoId: job.repoId }, "merge postponed");
  delays.wait(job.repoId, reason);
  if (!(error instanceof AppError)) await removeStaleLocks(go.repository);
  await go.transaction((context) => recordWaiting(context, job, reason));
}

/**
 * Whether all that a gate runs was written by the product itself: in a repository of the demo command (they lie in a folder
 * of their own, where only the operator makes any), or of the sample crew, by nobody but the crew.
 */
async function isOfSample(context: Context, { repo }: SourcedRepo, { taskId }: MergeJob): Promise<boolean> {
  if (repo.source === "sample" || repo.source === "demonstration") return isWorkOfCrew(context, taskId);
  return repo.sourceUrl?.startsWith(join(context.settings.dataDir, "samples", "/")) ?? false;
}

async function listQueues({ db }: Runtime): Promise<QueuedRepo[]> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('role', 'entourage_system', true)`);
    return tx.execute<QueuedRepo>(sql`select j.org_id as "orgId", j.repo_id as id from merge_jobs j
      join teams t on t.org_id = j.org_id and t.id = j.team_id join organizations o on o.org_id = j.org_id
      where j.status = 'testing' or (j.status = 'queued' and t.paused_at is null and o.paused_at is null)
      group by 1, 2 order by min(j.created_at)`);
  });
}
