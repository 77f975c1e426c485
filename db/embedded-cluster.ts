import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { type Binaries, chooseRunner, findBinaries, type Runner } from "./embedded-binaries.ts";

/** What is on disk for one server, and how to run it. */
export type Cluster = {
  folder: string;
  data: string;
  password: string;
  binaries: Binaries;
  runner: Runner;
  settings: readonly string[];
  temporary: boolean;
};

/** Makes password and cluster where they are missing. Waits for initdb, about one second the first time. */
export function prepareCluster(folder: string, settings: Record<string, string>, temporary: boolean): Cluster {
  const binaries = findBinaries();
  const runner = chooseRunner([dirname(binaries.postgres), folder]);
  const cluster: Cluster = {
    folder,
    data: join(folder, "cluster"),
    password: keepPassword(folder),
    binaries,
    runner,
    settings: Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    temporary,
  };
  if (!existsSync(cluster.data)) initialise(cluster);
  return cluster;
}

function keepPassword(folder: string): string {
  const file = join(folder, "password");
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
  return readFileSync(file, "utf8").trim();
}

/** Made beside its place and renamed when whole, so that an interrupted initdb is never taken for a cluster. */
function initialise(cluster: Cluster): void {
  const { folder, runner, binaries } = cluster;
  const fresh = join(folder, "cluster.new");
  const passwordFile = join(folder, "password.initdb");
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(passwordFile, cluster.password, { mode: 0o600 });
  for (const path of [fresh, passwordFile]) giveTo(path, runner);
  const result = runAs(runner, binaries.initdb, [
    ...["-D", fresh, "-U", "entourage", "--auth=scram-sha-256", `--pwfile=${passwordFile}`],
    ...["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync", "--no-instructions"],
  ]);
  rmSync(passwordFile);
  if (result.status !== 0) throw new Error(`initdb failed: ${result.stderr || result.error?.message}`);
  renameSync(fresh, cluster.data);
}

/** Keeps the last port. Below 32768, because a port in the ephemeral range can be somebody's outgoing connection. */
export async function choosePort(folder: string): Promise<number> {
  const file = join(folder, "port");
  const last = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = attempt === 0 && last > 0 ? last : 15_000 + Math.floor(Math.random() * 15_000);
    if (!(await isFree(port))) continue;
    writeFileSync(file, String(port));
    return port;
  }
  throw new Error("No free port between 15000 and 30000 for PostgreSQL.");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

function giveTo(path: string, { uid, gid }: Runner): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

function runAs({ prefix, uid, gid }: Runner, binary: string, args: readonly string[]) {
  const [command = "", ...words] = [...prefix, binary, ...args];
  return spawnSync(command, words, { uid, gid, cwd: "/", env: { ...process.env, LC_ALL: "C" }, encoding: "utf8" });
}
