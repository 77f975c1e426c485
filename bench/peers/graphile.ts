import { Logger, type RunnerOptions, run, runMigrations } from "graphile-worker";
import postgres from "postgres";

/** Jobs a second of graphile-worker: `default` as it comes with 24 slots, `tuned` as its authors' own benchmark sets it. */
export async function drainGraphile(
  connectionString: string,
  jobs: number,
  mode: "default" | "tuned",
): Promise<number> {
  await runMigrations({ connectionString });
  const sql = postgres(connectionString, { max: 1, onnotice: () => {} });
  await sql`select graphile_worker.add_jobs(array_agg(('noop', '{}'::json, null, null, null, null, null, null)::graphile_worker.job_spec))
    from generate_series(1, ${jobs})`;
  await sql`vacuum analyze`;
  await sql.end();
  let done = 0;
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const started = performance.now();
  const runner = await run({
    connectionString,
    ...presetOf(mode),
    logger: quiet,
    taskList: {
      noop: () => {
        if (++done === jobs) finish();
      },
    },
  });
  await finished;
  const seconds = (performance.now() - started) / 1000;
  await runner.stop();
  return jobs / seconds;
}

/** As it comes, or as its authors' own benchmark sets it. */
export function presetOf(mode: "default" | "tuned"): Partial<RunnerOptions> {
  if (mode === "default") return { concurrency: 24, maxPoolSize: 10 };
  return {
    preset: {
      worker: {
        concurrentJobs: 24,
        maxPoolSize: 10,
        localQueue: { size: 500 },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
  };
}

export const quiet = new Logger(() => () => {});
