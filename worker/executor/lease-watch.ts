import { sql } from "drizzle-orm";
import { type Runtime, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";

/** Why a turn is to end at once: reasons of its signal. */
export const leaseEnded = "lease ended";
export const workerStops = "worker stops";

export interface LeaseWatch {
  /** @returns the signal of the turn under this lease; its reason is one of the two above. */
  watch(leaseId: string): AbortSignal;
  forget(leaseId: string): void;
  stopAll(): void;
  close(): void;
}

const renewEveryMs = 1_000;

/**
 * Keeps the leases of all running turns alive, in one statement, and tells each turn within a second when its lease has
 * ended (a pause, a person, another worker): on every hint, and by the poll of the wake.
 */
export function watchLeases(runtime: Runtime, { onError }: { onError: (error: unknown) => void }): LeaseWatch {
  const running = new Map<string, AbortController>();
  let looking = false;
  let again = false;

  const asSystem = <Result>(statement: (ids: string) => ReturnType<typeof sql>) =>
    inTransaction(runtime, systemActor("", "executor"), { requestId: `executor-${newId()}`, system: true }, ({ tx }) =>
      tx.execute<Result & Record<string, unknown>>(statement(`{${[...running.keys()].join(",")}}`)),
    );

  async function look() {
    again = true;
    if (looking) return;
    looking = true;
    try {
      while (again && running.size > 0) {
        again = false;
        const ended = await asSystem<{ id: string }>(
          (ids) => sql`select id from leases where id = any(${ids}::uuid[]) and ended_at is not null`,
        );
        for (const { id } of ended) running.get(id)?.abort(leaseEnded);
      }
    } catch (error) {
      onError(error);
    } finally {
      looking = false;
    }
  }

  async function renew() {
    if (running.size === 0) return;
    await asSystem(
      (ids) => sql`update lease_clocks c set renewed_at = clock_timestamp(),
        expires_at = clock_timestamp() + make_interval(secs => c.ttl_seconds)
      from leases l where l.id = any(${ids}::uuid[]) and l.ended_at is null and c.org_id = l.org_id and c.lease_id = l.id
        and c.expires_at > clock_timestamp()`,
    ).catch(onError);
  }

  const off = runtime.wake.on("task_status_changed", () => void look());
  const timer = setInterval(() => void renew(), renewEveryMs);
  return {
    watch(leaseId) {
      const stop = new AbortController();
      running.set(leaseId, stop);
      return stop.signal;
    },
    forget: (leaseId) => void running.delete(leaseId),
    stopAll() {
      for (const stop of running.values()) stop.abort(workerStops);
    },
    close() {
      off();
      clearInterval(timer);
    },
  };
}
