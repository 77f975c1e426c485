import { spawnSync } from "node:child_process";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const installation = z.object({ pid: z.number(), url: z.string(), databaseUrl: z.string(), startedAt: z.string() });
/** An Entourage that runs on a data folder. `databaseUrl` is where its data is, for commands on this machine. */
export type Installation = z.infer<typeof installation>;

/** Who runs on this data folder, or nobody. A file left by a killed process, or a recycled pid, is nobody. */
export function findRunning(dataDir: string): Installation | undefined {
  const file = join(dataDir, "running.json");
  if (!existsSync(file)) return undefined;
  const parsed = installation.safeParse(tryParse(readFileSync(file, "utf8")));
  return parsed.success && isLauncher(parsed.data.pid) ? parsed.data : undefined;
}

/** Takes the data folder for this process; refuses in words when another one has it. Returns how to change and give it back. */
export function occupy(dataDir: string, mine: Omit<Installation, "pid" | "startedAt">) {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, "running.json");
  const entry: Installation = { ...mine, pid: process.pid, startedAt: new Date().toISOString() };
  const write = (path: string) => writeFileSync(path, JSON.stringify(entry, null, 2), { mode: 0o600 });
  const other = findRunning(dataDir);
  if (!other) rmSync(file, { force: true });
  write(`${file}.${process.pid}`);
  try {
    linkSync(`${file}.${process.pid}`, file); // Fails when another start was faster.
  } catch {
    throw new Error(alreadyRuns(dataDir, findRunning(dataDir) ?? entry));
  } finally {
    rmSync(`${file}.${process.pid}`);
  }
  return {
    update(databaseUrl: string) {
      entry.databaseUrl = databaseUrl;
      write(file);
    },
    leave: () => rmSync(file, { force: true }),
  };
}

export function alreadyRuns(dataDir: string, { pid, url, startedAt }: Installation): string {
  return (
    `Entourage already runs on ${dataDir}: process ${pid}, ${url}, since ${startedAt}.\n` +
    `Stop it (kill ${pid}), or run a second one beside it: PORT=3001 ENTOURAGE_DATA_DIR=.entourage-2 npm start`
  );
}

function isLauncher(pid: number): boolean {
  if (pid === process.pid) return false;
  const { stdout, error } = spawnSync("ps", ["-ww", "-o", "stat=,command=", "-p", String(pid)], { encoding: "utf8" });
  if (error) return isAlive(pid);
  return /scripts\/(start|dev|restore)\.ts/.test(stdout) && !stdout.startsWith("Z");
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
