import type { Runtime } from "#server/context.ts";
import type { Grant } from "#server/leases/service.ts";
import { createCompletions } from "#worker/dispatch/completions.ts";
import { startTurns } from "#worker/dispatch/turns.ts";

export interface NoopTurns {
  /** Turns at once. */
  limit: number;
  onStart?(grant: Grant): void;
  onDone?(grant: Grant): void;
  onError(error: unknown): void;
}

/** The product's dispatcher with a driver that has nothing to do: every turn finishes its task at once. */
export function startNoopTurns(runtime: Runtime, { limit, onStart, onDone, onError }: NoopTurns) {
  const completions = createCompletions(runtime);
  return startTurns(runtime, {
    limit,
    drivers: {
      model: async (grant: Grant) => {
        onStart?.(grant);
        if (!(await completions.finish(grant))) throw new Error("a lease ended during the bench");
        onDone?.(grant);
      },
    },
    onError,
  });
}
