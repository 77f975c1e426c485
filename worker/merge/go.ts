import type { Context, Runtime } from "#server/context.ts";
import type { Logger } from "#server/log.ts";
import type { SourcedRepo } from "#server/repos/jobs.ts";
import type { SandboxProvider } from "#server/sandbox/sandbox.ts";

/** What one go through a repository's queue works with. */
export interface Go {
  runtime: Runtime;
  log: Pick<Logger, "info" | "warn" | "error">;
  sourced: SourcedRepo;
  /** The bare repository. */
  repository: string;
  /** A transaction as the worker, within the repository's organization. */
  transaction<Result>(work: (context: Context) => Promise<Result>): Promise<Result>;
  /** Where gates run. @throws AppError unavailable where there is no sandbox. */
  sandbox(): Promise<SandboxProvider>;
  /** Aborted when the worker stops. */
  signal: AbortSignal;
}

/** The worker stops: the job stays as it is and is taken up by whoever comes next. */
export class StoppedError extends Error {}
