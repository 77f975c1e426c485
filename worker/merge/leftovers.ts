import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { type Runtime, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { removeDirectory } from "#server/git/checkout.ts";
import { newId } from "#server/ids.ts";
import { endSandboxesOn } from "#server/sandbox/processes.ts";

/** Ends what still runs on a gate's folder and removes it. */
export async function clearGate(directory: string): Promise<void> {
  endSandboxesOn(directory);
  await removeDirectory(directory);
}

/**
 * Takes away the gates of jobs that nobody tests any more: their worker was killed, and their merge was cancelled before
 * another one took it up.
 */
export async function clearAbandonedGates(runtime: Runtime): Promise<void> {
  const parent = join(runtime.settings.dataDir, "gates");
  // Before the jobs are read: a folder that appears later belongs to one that is being tested.
  const folders = await readdir(parent).catch(() => []);
  if (folders.length === 0) return;
  const testing = await inTransaction(
    runtime,
    systemActor("", "worker"),
    { requestId: newId(), system: true },
    ({ tx }) => tx.execute<{ id: string }>(sql`select id from merge_jobs where status = 'testing'`),
  );
  for (const name of folders) if (!testing.some(({ id }) => name.startsWith(id))) await clearGate(join(parent, name));
}
