import type { Secrets } from "#server/keyring.ts";
import type { Logger } from "#server/log.ts";
import type { OpenRuntime } from "#server/runtime.ts";

/** What every part of the worker is given. */
export type PartContext = {
  runtime: OpenRuntime;
  secrets: Secrets;
  log: Logger;
  /** Aborts when the worker is asked to stop; long waits listen to it. */
  signal: AbortSignal;
};

/** One thing the worker does. `start` returns when it is running, with the function that ends it. */
export type Part = { name: string; start(context: PartContext): Promise<() => Promise<void>> };
