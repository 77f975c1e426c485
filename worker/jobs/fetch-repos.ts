import { sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import { type Runtime, systemActor } from "#server/context.ts";
import { AppError } from "#server/errors.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import { loadRepo } from "#server/repos/jobs.ts";
import { repositoryPath } from "#server/repos/queries.ts";
import { locksOf } from "../locks.ts";
import { type FetchGo, fetchSource } from "../merge/source.ts";
import { startRounds } from "../rounds.ts";

interface Asked extends Record<string, unknown> {
  orgId: string;
  repoId: string;
  requestedAt: string;
}

/**
 * Brings repositories up to their source when a webhook says that it moved. Under the lock of the merge queue, which
 * fetches by itself before each merge: what fails here is made up for there, so nothing is tried twice.
 */
export function startSourceFetches(runtime: Runtime, { log }: { log: Logger }): { stop(): Promise<void> } {
  const locks = locksOf(runtime.db.$client);
  const rounds = startRounds(log, async () => {
    for (const asked of await listAsked(runtime)) {
      const release = await locks.take(`merge|${asked.repoId}`);
      // Its queue is being worked off; it comes around again by the poll.
      if (!release) continue;
      try {
        await fetchRepo(runtime, asked, log);
      } finally {
        await release();
      }
    }
  });
  const off = runtime.wake.on("events_appended", () => rounds.ask());
  rounds.ask();
  return {
    async stop() {
      off();
      await rounds.stop();
    },
  };
}

async function fetchRepo(runtime: Runtime, { orgId, repoId, requestedAt }: Asked, log: Logger): Promise<void> {
  const transaction: FetchGo["transaction"] = (work) =>
    inTransaction(runtime, systemActor(orgId, "worker"), { requestId: newId() }, work);
  const sourced = await transaction((context) => loadRepo(context, repoId));
  const isReady = sourced?.repo.status === "ready" && !sourced.repo.archivedAt;
  if (sourced && isReady) {
    const repository = repositoryPath(runtime.settings, { orgId, id: repoId });
    await fetchSource({ runtime, sourced, repository, transaction }).catch((error: unknown) => {
      log.warn(
        { error: error instanceof AppError ? error.message : error, orgId, repoId },
        "the source was not fetched",
      );
    });
  }
  // Asked again in the meantime: the row is newer and stays.
  await transaction(({ tx }) =>
    tx.execute(sql`delete from repo_fetches where org_id = ${orgId} and repo_id = ${repoId}
      and requested_at <= ${requestedAt}::timestamptz`),
  );
}

async function listAsked({ db }: Runtime): Promise<Asked[]> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('role', 'entourage_system', true)`);
    return tx.execute<Asked>(sql`select org_id as "orgId", repo_id as "repoId", ${isoTime(sql`requested_at`)} as "requestedAt"
      from repo_fetches order by requested_at limit 20`);
  });
}
