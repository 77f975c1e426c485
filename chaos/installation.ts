import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** Runs one of the project's own commands against an installation. */
export function runTask(
  task: string,
  args: readonly string[],
  environment: Record<string, string>,
): { done: Promise<{ code: number | null; output: string }> } {
  const child = spawn(process.execPath, [join("scripts", `${task}.ts`), ...args], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
  return { done: new Promise((resolve) => child.on("exit", (code) => resolve({ code, output }))) };
}

/** The process of an installation that runs this file, by its data folder: never somebody else's. */
export function findProcess(file: string, dataDir: string): number | undefined {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      if (command.includes(file) && environment.includes(`ENTOURAGE_DATA_DIR=${dataDir}`)) return Number(pid);
    } catch {
      // It ended while we looked.
    }
  }
  return undefined;
}

/** The PostgreSQL that serves a data folder. */
export const postmasterOf = (dataDir: string): number =>
  Number(readFileSync(join(dataDir, "postgres", "cluster", "postmaster.pid"), "utf8").split("\n")[0]);
