import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import type { Tx } from "#db/client.ts";
import { findProcessesNaming } from "../sandbox/processes.ts";
import type { Finding } from "./finding.ts";

/** Nothing is left of work that ended: no gate's folder without its running job, no process in such a folder. */
export async function checkLeftovers(tx: Tx, dataDir: string): Promise<Finding> {
  const testing = await tx.execute<{ id: string }>(sql`select id from merge_jobs where status = 'testing'`);
  const repos = await tx.execute<{ path: string }>(sql`select org_id || '/' || id || '.git' as path from repos`);
  const gates = filesIn(join(dataDir, "gates"));
  const repositories = filesIn(join(dataDir, "repositories")).flatMap((org) =>
    filesIn(join(dataDir, "repositories", org)).map((repo) => `${org}/${repo}`),
  );
  const processes = findProcessesNaming(join(dataDir, "gates", "/"));
  const known = new Set(repos.map(({ path }) => path));
  const running = (name: string) => testing.some(({ id }) => name.includes(id));
  const faults = [
    ...gates.filter((name) => !running(name)).map((name) => `the folder gates/${name} belongs to no running gate`),
    ...repositories
      .filter((path) => path.endsWith(".git") && !known.has(path))
      .map((path) => `the repository ${path} belongs to nobody`),
    ...processes
      .filter(({ command }) => !running(command))
      .map(({ pid, command }) => `process ${pid} works in a gate's folder that is over: ${command.slice(0, 120)}`),
  ];
  return {
    check: "nothing left behind",
    promise: "No folder, repository or process outlives the work it was for.",
    unit: "places",
    looked: gates.length + repositories.length + processes.length + 1,
    faults: faults.slice(0, 5),
    faultCount: faults.length,
  };
}

const filesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);
