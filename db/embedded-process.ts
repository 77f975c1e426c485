import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import type { Cluster } from "./embedded-cluster.ts";

/** The live server of exactly this folder, or nothing. What another program left or runs under that pid is not ours. */
export async function findRunning(cluster: Cluster): Promise<{ pid: number; port: number } | undefined> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await delay(50)) {
    const lock = readLock(cluster);
    if (!lock) return undefined;
    if (!isOurPostmaster(lock.pid, cluster)) {
      rmSync(join(cluster.data, "postmaster.pid"), { force: true });
      return undefined;
    }
    // Starting up, replaying its log or shutting down: wait for one or the other end of it.
    if (lock.state !== "ready" || !(await answers(cluster, lock.port))) continue;
    return lock;
  }
  throw new Error(
    `A PostgreSQL runs in ${cluster.data} but does not answer; see ${join(cluster.folder, "server.log")}.`,
  );
}

function readLock(cluster: Cluster): { pid: number; port: number; state: string } | undefined {
  const file = join(cluster.data, "postmaster.pid");
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, "utf8").split("\n");
  return { pid: Number(lines[0]), port: Number(lines[3]), state: lines[7]?.trim() ?? "" };
}

function isOurPostmaster(pid: number, cluster: Cluster): boolean {
  if (!Number.isInteger(pid) || pid < 2 || !isAlive(pid)) return false;
  const command = spawnSync("ps", ["-ww", "-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  // Without `ps` (a slim container) believe the lock file: the password check follows.
  return command.error !== undefined || command.stdout.includes(cluster.data);
}

async function answers(cluster: Cluster, port: number): Promise<boolean> {
  const sql = postgres(`postgres://entourage:${cluster.password}@127.0.0.1:${port}/postgres`, {
    max: 1,
    connect_timeout: 5,
  });
  try {
    const [row] = await sql<{ folder: string }[]>`select current_setting('data_directory') as folder`;
    return row?.folder === cluster.data;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Orphaned backends of a killed postmaster take a moment to notice; until then a new one refuses to start. */
export async function launch(cluster: Cluster, port: number): Promise<number> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const child = spawnPostmaster(cluster, port);
    const failure = await untilReady(cluster, child, deadline);
    if (!failure && child.pid) return child.pid;
    if (Date.now() > deadline || !/shared memory|lock file|Address already in use/.test(failure ?? "")) {
      throw new Error(`PostgreSQL did not start: ${failure}`);
    }
    await delay(100);
  }
}

function spawnPostmaster(cluster: Cluster, port: number): ChildProcess {
  const log = openLog(cluster);
  const { prefix, uid, gid } = cluster.runner;
  const [command, ...words] = [...prefix, cluster.binaries.postgres];
  const args = [...words, "-D", cluster.data, "-p", String(port), "-h", "127.0.0.1", "-k", "", ...cluster.settings];
  // Detached: a Ctrl-C in the terminal must reach the supervisor, which stops the database last.
  const options = { uid, gid, detached: true, cwd: cluster.data, env: { ...process.env, LC_ALL: "C" } };
  const child = spawn(command, args, { ...options, stdio: ["ignore", log, log] });
  child.unref();
  closeSync(log);
  return child;
}

function openLog(cluster: Cluster): number {
  const file = join(cluster.folder, "server.log");
  if (existsSync(file) && statSync(file).size > 10 * 1024 * 1024) renameSync(file, `${file}.1`);
  return openSync(file, "a", 0o600);
}

/** Resolves with nothing when the server takes connections, else with what it said. */
async function untilReady(cluster: Cluster, child: ChildProcess, deadline: number): Promise<string | undefined> {
  const logStart = statSync(join(cluster.folder, "server.log")).size;
  let failure: string | undefined;
  child.once("error", (error) => {
    failure = error.message;
  });
  child.once("exit", (code) => {
    failure ??= readFileSync(join(cluster.folder, "server.log")).subarray(logStart).toString() || `exit code ${code}`;
  });
  while (failure === undefined) {
    const lock = readLock(cluster);
    if (lock?.pid === child.pid && lock?.state === "ready") break;
    if (Date.now() > deadline) failure = "it was not ready in time";
    await delay(15);
  }
  child.removeAllListeners();
  return failure;
}

/**
 * A shell that waits for our end of a pipe to close, however we die, and then shuts the server down.
 * (A temporary one takes its folder with it.) It costs no CPU and under 1 MB.
 */
export function standGuard(cluster: Cluster): ChildProcess {
  const signal = cluster.temporary ? "QUIT" : "INT";
  const clean = cluster.temporary ? 'sleep 0.3; rm -rf "$2"' : "";
  const script = `read -r _; kill -${signal} "$(head -n 1 "$1")" 2>/dev/null; ${clean}`;
  const lock = join(cluster.data, "postmaster.pid");
  const options = { detached: true, stdio: ["pipe", "ignore", "ignore"] as ["pipe", "ignore", "ignore"] };
  const guard = spawn("/bin/sh", ["-c", script, "entourage-postgres-guard", lock, cluster.folder], options);
  guard.unref();
  return guard;
}

/** Returns when the process is gone. */
export async function stopServer(pid: number, signal: NodeJS.Signals): Promise<void> {
  const begun = Date.now();
  signalIfAlive(pid, signal);
  while (isAlive(pid)) {
    await delay(15);
    if (Date.now() - begun > 20_000) signalIfAlive(pid, "SIGQUIT");
  }
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  if (isAlive(pid)) process.kill(pid, signal);
}

/** A process that has ended but whose parent never asked is dead too: containers often have nobody who asks. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch (error) {
    // EPERM: it lives, under a user whom we may not signal.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
