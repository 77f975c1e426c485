import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { pendingMigrations } from "#db/migrate.ts";
import type { Sql } from "#db/client.ts";
import type { Config } from "#server/config.ts";

export type Report = { ok: boolean; [check: string]: unknown };

/** Measures this process: `/healthz` fails when it holds too much memory or its event loop stood still. */
export function createHealthCheck(config: Config): () => Report {
  const delays = monitorEventLoopDelay({ resolution: 20 });
  delays.enable();
  let lastWindowMilliseconds = 0;
  setInterval(() => {
    lastWindowMilliseconds = delays.max / 1e6;
    delays.reset();
  }, 5000).unref();
  return () => {
    const stallMilliseconds = Math.round(Math.max(lastWindowMilliseconds, delays.max / 1e6));
    const memoryMegabytes = Math.round(process.memoryUsage.rss() / 1024 / 1024);
    const ok = stallMilliseconds <= config.stallLimitMilliseconds && memoryMegabytes <= config.memoryLimitMegabytes;
    return { ok, status: ok ? "ok" : "failing", memoryMegabytes, stallMilliseconds };
  };
}

/** Asks whether work can be done: the database answers, has our shape, and a worker beats. Asked at most once a second. */
export function createReadinessCheck(sql: Sql): () => Promise<Report> {
  let last: { at: number; report: Promise<Report> } | undefined;
  return () => {
    if (!last || Date.now() - last.at > 1000) last = { at: Date.now(), report: examine(sql) };
    return last.report;
  };
}

async function examine(sql: Sql): Promise<Report> {
  const timeout = delay(3000, { ok: false, database: "no answer within 3 s" }, { ref: false });
  return Promise.race([timeout, examineDatabase(sql)]);
}

async function examineDatabase(sql: Sql): Promise<Report> {
  try {
    const pending = await pendingMigrations(sql);
    if (pending.length > 0) return { ok: false, database: "ok", migrations: `${pending.length} to apply` };
    const [beat] = await sql<{ seconds: number | null }[]>`
      select extract(epoch from now() - max(beat_at))::float8 as seconds from worker_beats`;
    const seconds = beat?.seconds ?? undefined;
    const ok = seconds !== undefined && seconds < 10;
    const worker =
      seconds === undefined ? "none has ever started" : ok ? "ok" : `last seen ${Math.round(seconds)} s ago`;
    return {
      ok,
      database: "ok",
      migrations: "ok",
      worker,
      realtime: await examineNodes(sql),
      resources: await examineResources(sql),
    };
  } catch (error) {
    // What a driver says may hold addresses and names; the code is enough here, the log has the rest.
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreachable";
    return { ok: false, database: code };
  }
}

/** Nodes that cannot hear each other serve their own pages all the same, and resume reads the log: no reason to send nobody here. */
async function examineNodes(sql: Sql): Promise<string> {
  const [node] = await sql<{ trouble: string }[]>`
    select trouble from realtime_nodes where trouble is not null and beat_at > now() - interval '15 seconds' limit 1`;
  return node?.trouble ?? "ok";
}

/** What the monitor saw lately: told, and no reason to send nobody here. Names and states only; addresses stay inside. */
async function examineResources(sql: Sql): Promise<Record<string, string>> {
  const seen = await sql<{ name: string; status: string }[]>`
    select name, status from instance_resources where checked_at > now() - interval '2 minutes' order by name`;
  return Object.fromEntries(seen.map(({ name, status }) => [name, status]));
}
