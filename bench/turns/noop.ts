import type { Runtime } from "#server/context.ts";
import type { Grant } from "#server/leases/service.ts";
import { startTurns } from "#worker/dispatch/turns.ts";

export interface NoopTurns {
  /** Turns at once. */
  limit: number;
  onStart: (grant: Grant) => void;
  onError: (error: unknown) => void;
}

/** The product's dispatcher with a driver that has nothing to do: every turn is over at once, and its task done. */
export function startNoopTurns(runtime: Runtime, { limit, onStart, onError }: NoopTurns) {
  return startTurns(runtime, {
    limit,
    drivers: {
      model: (grant: Grant) => {
        onStart(grant);
        return Promise.resolve("finished");
      },
    },
    onError,
  });
}
