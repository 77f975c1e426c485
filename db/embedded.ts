import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import { type Cluster, choosePort, prepareCluster } from "./embedded-cluster.ts";
import { findRunning, isAlive, launch, standGuard, stopServer } from "./embedded-process.ts";

export type EmbeddedPostgres = {
  /** `postgres://entourage:…@127.0.0.1:PORT/entourage`, the same for the life of the data folder unless its port is taken. */
  url: string;
  port: number;
  /** Process id of the postmaster now running; changes when `watch` restarted it. */
  pid(): number;
  /** True when a server that an earlier run left behind was taken over. */
  reused: boolean;
  /** Brings the server back whenever its postmaster dies, and tells; tries again after a failure; ends with `stop`. */
  watch(onRestart: (milliseconds: number) => void, onFailure: (error: Error) => void): void;
  /** Fast shutdown: sessions are cut, everything committed is on disk. */
  stop(): Promise<void>;
};

const DURABLE_SETTINGS = {
  max_connections: "200",
  shared_buffers: "256MB",
  work_mem: "16MB",
  maintenance_work_mem: "128MB",
  max_wal_size: "2GB",
  checkpoint_timeout: "15min",
  random_page_cost: "1.1",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  log_line_prefix: "%m [%p] %a ",
  log_lock_waits: "on",
  log_min_duration_statement: "500ms",
  // A transaction that a hung process left open would hold locks and stop vacuum for ever.
  idle_in_transaction_session_timeout: "60s",
} as const;

/** Nothing survives a crash with these, and a cloned database costs 30 ms instead of 200: for tests only. */
const TEMPORARY_SETTINGS = {
  ...DURABLE_SETTINGS,
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_wal_size: "8GB",
} as const;

/**
 * Starts the PostgreSQL of a data folder, or takes over the one that already runs there.
 * Survives `kill -9` of any process of the last run: stale lock files and half-made clusters are recognised.
 */
export async function startEmbeddedPostgres(
  folder: string,
  extra: Record<string, string> = {},
): Promise<EmbeddedPostgres> {
  mkdirSync(folder, { recursive: true });
  return startCluster(prepareCluster(realpathSync(folder), { ...DURABLE_SETTINGS, ...extra }, false));
}

/** A throw-away server for tests and measurements: a temporary folder below `parent`, gone after `stop` or when we die. */
export async function startTemporaryPostgres(
  extra: Record<string, string> = {},
  parent = tmpdir(),
): Promise<EmbeddedPostgres> {
  const folder = realpathSync(mkdtempSync(join(parent, "entourage-postgres-")));
  chmodSync(folder, 0o755);
  return startCluster(prepareCluster(folder, { ...TEMPORARY_SETTINGS, ...extra }, true));
}

async function startCluster(cluster: Cluster): Promise<EmbeddedPostgres> {
  const running = await findRunning(cluster);
  const port = running?.port ?? (await choosePort(cluster.folder));
  let pid = running?.pid ?? (await launch(cluster, port));
  const guard = standGuard(cluster);
  const url = `postgres://entourage:${cluster.password}@127.0.0.1:${port}/entourage`;
  await createDatabase(url);

  const stopping = new AbortController();
  let watching = Promise.resolve();
  const keepAlive = async (...[onRestart, onFailure]: Parameters<EmbeddedPostgres["watch"]>) => {
    while (!stopping.signal.aborted) {
      await delay(200, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
      if (stopping.signal.aborted || isAlive(pid)) continue;
      const died = Date.now();
      try {
        pid = await launch(cluster, port);
        onRestart(Date.now() - died);
      } catch (error) {
        onFailure(error instanceof Error ? error : new Error(String(error)));
      }
    }
  };

  return {
    url,
    port,
    pid: () => pid,
    reused: running !== undefined,
    watch(onRestart, onFailure) {
      watching = keepAlive(onRestart, onFailure);
    },
    async stop() {
      stopping.abort();
      await watching;
      guard.kill("SIGKILL");
      await stopServer(pid, cluster.temporary ? "SIGQUIT" : "SIGINT");
      if (cluster.temporary) rmSync(cluster.folder, { recursive: true, force: true });
    },
  };
}

async function createDatabase(url: string): Promise<void> {
  const admin = new URL(url);
  admin.pathname = "/postgres";
  const sql = postgres(admin.href, { max: 1, onnotice: () => {} });
  try {
    const existing = await sql`select 1 from pg_database where datname = 'entourage'`;
    if (existing.length === 0) await sql`create database entourage`;
  } finally {
    await sql.end();
  }
}
