import type { Logger } from "#server/log.ts";

/** Something looked at again and again: on every hint, and by the poll. Never two rounds at once. */
export interface Rounds {
  /** Asks for a round; one that is asked for during a round follows it. */
  ask: () => void;
  /** No further round begins; resolves when the current one is over. */
  stop: () => Promise<void>;
}

export function startRounds(log: Pick<Logger, "error">, round: () => Promise<void>): Rounds {
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  async function run(): Promise<void> {
    do {
      again = false;
      await round().catch((error: unknown) => log.error({ error }, "round failed"));
    } while (again && !stopped);
    running = undefined;
  }

  return {
    ask() {
      if (stopped) return;
      again = true;
      running ??= run();
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}
