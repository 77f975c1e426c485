import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { type Runtime, systemActor } from "#server/context.ts";
import { AppError } from "#server/errors.ts";
import { inTransaction } from "#server/execute.ts";
import { removeDirectory } from "#server/git/checkout.ts";
import { newId } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import { findLeftovers } from "#server/workspaces/leftovers.ts";
import { noteSize } from "#server/workspaces/making.ts";
import { workspacePath } from "#server/workspaces/place.ts";
import { removeWorkspace } from "#server/workspaces/service.ts";
import { locksOf } from "../locks.ts";
import { startRounds } from "../rounds.ts";
import { measure } from "./measure.ts";

const everyMilliseconds = 60_000;

interface Known extends Record<string, unknown> {
  orgId: string;
  id: string;
  status: string;
}

/**
 * Makes the disk agree with the rows: the files of what was removed go, as does what a worker that was killed left half
 * made; and notes how much room the others take. Begun again at each start, so a crash leaves nothing behind.
 */
export function startCleaning(runtime: Runtime, { log }: { log: Logger }) {
  const locks = locksOf(runtime.db.$client);
  const rounds = startRounds(log, async () => {
    const release = await locks.take("workspaces|clean");
    if (!release) return;
    try {
      await giveUpLeftovers(runtime);
      await cleanUp(runtime);
      await measureAgain(runtime);
    } finally {
      await release();
    }
  });
  const off = runtime.wake.on("task_status_changed", () => rounds.ask());
  const timer = setInterval(rounds.ask, everyMilliseconds);
  rounds.ask();
  return {
    async stop() {
      off();
      clearInterval(timer);
      await rounds.stop();
    },
  };
}

async function giveUpLeftovers(runtime: Runtime): Promise<void> {
  const options = { requestId: newId(), system: true };
  const left = await inTransaction(runtime, systemActor("", "worker"), options, findLeftovers);
  for (const { orgId, id } of left)
    await inTransaction(runtime, systemActor(orgId, "worker"), { requestId: newId() }, (context) =>
      removeWorkspace(context, id),
    ).catch((error: unknown) => {
      // Somebody went in at this moment, or removed it.
      if (!(error instanceof AppError)) throw error;
    });
}

async function cleanUp(runtime: Runtime): Promise<void> {
  const base = join(runtime.settings.dataDir, "working-copies");
  for (const orgId of await readdir(base).catch(() => [])) {
    const folders = await readdir(join(base, orgId)).catch(() => []);
    const ids = [...new Set(folders.map((name) => name.slice(0, 36)))].filter((id) => /^[0-9a-f-]{36}$/.test(id));
    if (ids.length === 0) continue;
    const known = new Map((await statuses(runtime, ids)).map(({ id, status }) => [id, status]));
    for (const name of folders) {
      const status = known.get(name.slice(0, 36));
      // Somebody may be making it at this moment.
      if (name.length > 36 && status === "initializing") continue;
      // A folder without a row is of another database: it is not ours to delete.
      if (status === "removed" || (name.length > 36 && status !== undefined))
        await removeDirectory(join(base, orgId, name));
    }
  }
}

async function measureAgain(runtime: Runtime): Promise<void> {
  const due = await asSystem(runtime, (tx) =>
    tx.execute<Known>(sql`select w.org_id as "orgId", w.id, w.status from workspaces w
      join workspace_disks d on d.org_id = w.org_id and d.workspace_id = w.id
      where w.status = 'ready' and d.measured_at < now() - interval '10 minutes' order by d.measured_at limit 5`),
  );
  for (const row of due) {
    const size = await measure(workspacePath(runtime.settings, row.orgId, row.id));
    await inTransaction(runtime, systemActor(row.orgId, "worker"), { requestId: newId() }, (context) =>
      noteSize(context, row, size),
    );
  }
}

const statuses = (runtime: Runtime, ids: string[]) =>
  asSystem(runtime, (tx) =>
    tx.execute<Known>(
      sql`select org_id as "orgId", id, status from workspaces where id in (${sql.join(
        ids.map((id) => sql`${id}::uuid`),
        sql`, `,
      )})`,
    ),
  );

type SystemTx = Parameters<Parameters<Runtime["db"]["transaction"]>[0]>[0];

function asSystem<Result>({ db }: Runtime, work: (tx: SystemTx) => Promise<Result>): Promise<Result> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('role', 'entourage_system', true)`);
    return work(tx);
  });
}
