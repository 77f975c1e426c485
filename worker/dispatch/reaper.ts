import { type Runtime, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { expireLeases, freeForgottenRework } from "#server/leases/jobs.ts";

/**
 * Frees what the dead hold: every second, leases that ran out end and their tasks are ready again, with no hand on it.
 * Any number of workers may do it at once; each takes what the others have not locked.
 */
export function startReaper(
  runtime: Runtime,
  { everyMs = 1_000, onError }: { everyMs?: number; onError: (error: unknown) => void },
) {
  let busy = false;
  async function reap() {
    if (busy) return;
    busy = true;
    const options = { requestId: `reaper-${newId()}`, system: true };
    try {
      await inTransaction(runtime, systemActor("", "reaper"), options, expireLeases);
      await inTransaction(runtime, systemActor("", "reaper"), options, freeForgottenRework);
    } catch (error) {
      onError(error);
    } finally {
      busy = false;
    }
  }
  const timer = setInterval(() => void reap(), everyMs);
  return { stop: () => clearInterval(timer) };
}
