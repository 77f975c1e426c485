import { sql } from "drizzle-orm";
import { type Runtime, systemActor } from "#server/context.ts";
import { AppError } from "#server/errors.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import * as making from "#server/workspaces/making.ts";
import { workspacePath } from "#server/workspaces/place.ts";
import { locksOf } from "../locks.ts";
import { startRounds } from "../rounds.ts";
import { cloneOnce } from "./clone.ts";
import { measure } from "./measure.ts";
import { setUp } from "./set-up.ts";

/** A set-up may take long, and others wait for theirs. */
const atOnce = 4;

/**
 * Makes the files of workspaces that say `initializing`: the row is the job, so nothing is lost with a worker, and every
 * step can be done twice.
 */
export function startMaking(runtime: Runtime, { log, signal }: { log: Logger; signal: AbortSignal }) {
  const locks = locksOf(runtime.db.$client);
  const working = new Map<string, Promise<void>>();
  const rounds = startRounds(log, async () => {
    for (const row of await listWaiting(runtime)) {
      if (working.size >= atOnce || signal.aborted) return;
      if (working.has(row.id)) continue;
      const release = await locks.take(`workspace|${row.id}`);
      if (!release) continue;
      const work = makeWorkspace(runtime, row, { log, signal })
        .catch((error: unknown) => log.error({ error, ...row }, "workspace was not made"))
        .then(release)
        .finally(() => {
          working.delete(row.id);
          rounds.ask();
        });
      working.set(row.id, work);
    }
  });
  const off = runtime.wake.on("task_status_changed", () => rounds.ask());
  rounds.ask();
  return {
    async stop() {
      off();
      await rounds.stop();
      await Promise.all(working.values());
    },
  };
}

async function makeWorkspace(
  runtime: Runtime,
  { orgId, id }: { orgId: string; id: string },
  { log, signal }: { log: Logger; signal: AbortSignal },
): Promise<void> {
  const asSystem = <Result>(work: Parameters<typeof inTransaction<Result>>[3]) =>
    inTransaction(runtime, systemActor(orgId, "worker"), { requestId: newId() }, work);
  const row = await asSystem((context) => making.loadWorkspace(context, id));
  if (row?.status !== "initializing") return;
  const step = (words: string | null) => asSystem((context) => making.noteStep(context, row, words));
  try {
    await step(row.baseCommit === null ? "clones" : "looks at its files");
    const { baseCommit } = await cloneOnce(runtime.settings, row);
    if (row.setupScript.trim() !== "") {
      await step("runs its set-up script");
      await setUp(runtime, row, {
        signal,
        keep: (text) => asSystem((context) => making.keepSetupOutput(context, row, text)),
      });
    }
    await step(null);
    const size = await measure(workspacePath(runtime.settings, orgId, id));
    await asSystem(async (context) => {
      await making.noteSize(context, row, size);
      await making.recordMade(context, row, baseCommit);
    });
  } catch (error) {
    // Whoever works here next begins again; the row still says so.
    if (signal.aborted) return;
    if (!(error instanceof AppError)) log.error({ error, orgId, workspaceId: id }, "workspace was not made");
    const message = error instanceof AppError ? error.message : "The server could not make it; its log says why.";
    await asSystem((context) => making.recordNotMade(context, row, message));
  }
}

async function listWaiting({ db }: Runtime): Promise<{ orgId: string; id: string }[]> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('role', 'entourage_system', true)`);
    return tx.execute<{ orgId: string; id: string }>(
      sql`select org_id as "orgId", id from workspaces where status = 'initializing' order by created_at limit 50`,
    );
  });
}
