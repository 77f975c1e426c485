import { rm } from "node:fs/promises";
import { sql } from "drizzle-orm";
import { type Runtime, systemActor } from "#server/context.ts";
import { AppError } from "#server/errors.ts";
import { inTransaction } from "#server/execute.ts";
import { commitTree } from "#server/git/merge.ts";
import { installHooks } from "#server/git/hooks.ts";
import { readCommit } from "#server/git/history.ts";
import { advanceBranch, createBranch } from "#server/git/landing.ts";
import { createBareRepository, setDefaultBranch } from "#server/git/repositories.ts";
import { fetchFromSource, inspectSource } from "#server/git/source.ts";
import { newId } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import { loadRepo, recordFailed, recordReady, type SourcedRepo, sourceOf } from "#server/repos/jobs.ts";
import { hooksDirectory, repositoryPath } from "#server/repos/queries.ts";
import { locksOf } from "../locks.ts";
import { firstFilesOf, writeTree } from "./first-files.ts";
import { startRounds } from "../rounds.ts";

/**
 * Makes the bare copies of repositories that were registered (or are to be tried again). The row is the job: it says
 * `initializing` until the copy is there, so nothing is lost with a worker; every step can be done twice.
 */
export function startRepositoryCopies(runtime: Runtime, { log }: { log: Logger }): { stop(): Promise<void> } {
  const locks = locksOf(runtime.db.$client);
  const rounds = startRounds(log, async () => {
    for (const { orgId, id } of await listWaiting(runtime)) {
      const release = await locks.take(`repo|${id}`);
      if (!release) continue;
      try {
        await prepareRepo(runtime, { orgId, id }, log);
      } finally {
        await release();
      }
    }
  });
  const off = runtime.wake.on("task_status_changed", () => rounds.ask());
  rounds.ask();
  return {
    async stop() {
      off();
      await rounds.stop();
    },
  };
}

/** Makes one bare copy and says how it went. */
async function prepareRepo(
  runtime: Runtime,
  { orgId, id }: { orgId: string; id: string },
  log: Pick<Logger, "error">,
): Promise<void> {
  const asSystem = <Result>(work: Parameters<typeof inTransaction<Result>>[3]) =>
    inTransaction(runtime, systemActor(orgId, "worker"), { requestId: newId() }, work);
  const sourced = await asSystem((context) => loadRepo(context, id));
  if (sourced?.repo.status !== "initializing") return;
  try {
    const ready = await copy(runtime, sourced);
    await asSystem((context) => recordReady(context, sourced.repo, ready));
  } catch (error) {
    if (!(error instanceof AppError)) log.error({ error, orgId, repoId: id }, "repository was not copied");
    const message = error instanceof AppError ? error.message : "The server could not make its copy; its log says why.";
    await asSystem((context) => recordFailed(context, sourced.repo, message));
  }
}

async function copy(runtime: Runtime, sourced: SourcedRepo): Promise<{ defaultBranch: string; headCommit: string }> {
  const { repo } = sourced;
  const { settings } = runtime;
  const hooks = hooksDirectory(settings);
  await installHooks(hooks);
  const path = repositoryPath(settings, repo);
  const source = await sourceOf(settings, sourced);
  if (!source) {
    await createBareRepository(path, { defaultBranch: repo.defaultBranch, hooksDirectory: hooks });
    return { defaultBranch: repo.defaultBranch, headCommit: await firstCommit(path, repo) };
  }
  const { defaultBranch } = await inspectSource(source);
  if (!defaultBranch) throw new AppError("invalid", "The source is empty. Give it a first commit, then retry_repo.");
  await createBareRepository(path, { defaultBranch, hooksDirectory: hooks });
  await setDefaultBranch(path, defaultBranch);
  const headCommit = await fetchFromSource(path, source, { branch: defaultBranch });
  if (!headCommit) throw new AppError("unavailable", `The source's branch ${defaultBranch} is gone. Use retry_repo.`);
  const oldCommit = await readCommit(path, `refs/heads/${defaultBranch}`);
  if ((await advanceBranch(path, { branch: defaultBranch, newCommit: headCommit, oldCommit })) !== "advanced") {
    // A half-made copy of an earlier try whose source was rewritten since; nothing was ever merged into it.
    await rm(path, { recursive: true, force: true });
    throw new AppError("unavailable", "The source changed while it was copied. Use retry_repo.");
  }
  return { defaultBranch, headCommit };
}

/** A first commit, empty but for the sample, so that there is a default branch to start from. The same again for the same repository. */
async function firstCommit(path: string, repo: SourcedRepo["repo"]): Promise<string> {
  const tree = await writeTree(path, firstFilesOf(repo.source));
  const person = { name: "Entourage", email: "entourage@localhost" };
  const commit = await commitTree(path, {
    ...{ tree, parents: [], message: "Begin", author: person, committer: person },
    authoredAt: repo.createdAt.toISOString(),
    at: repo.createdAt,
  });
  await createBranch(path, repo.defaultBranch, commit);
  return (await readCommit(path, `refs/heads/${repo.defaultBranch}`)) ?? commit;
}

async function listWaiting({ db }: Runtime): Promise<{ orgId: string; id: string }[]> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('role', 'entourage_system', true)`);
    return tx.execute<{ orgId: string; id: string }>(
      sql`select org_id as "orgId", id from repos where status = 'initializing' and archived_at is null order by created_at`,
    );
  });
}
