import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findRunning } from "#scripts/running.ts";
import { z } from "zod";

const ROOT = join(import.meta.dirname, "..", "..");
const access = z.object({ orgId: z.string(), teamId: z.string(), apiKey: z.string() });

export const owner = { email: "olga@example.org", password: "a long pass phrase for figures", org: "Bench" };

export interface Product {
  url: string;
  dataDir: string;
  databaseUrl: string;
  /** Of its owner, who signs in as `owner`. */
  orgId: string;
  teamId: string;
  apiKey: string;
  /** Process ids of its parts. */
  web: number;
  worker: number;
  stop(): Promise<void>;
}

/** Starts the built product as `npm start` does, in a folder of its own, with an owner and a key. */
export async function startProduct(): Promise<Product> {
  const dataDir = mkdtempSync(join(tmpdir(), "entourage-bench-"));
  chmodSync(dataDir, 0o755); // As root the database runs under another user, who must be able to enter.
  const port = await findFreePort();
  const url = `http://localhost:${port}`;
  const environment = {
    ...cleanEnvironment(),
    PORT: String(port),
    ENTOURAGE_DATA_DIR: dataDir,
    // The share of a minute is a setting; what is measured here is the machine.
    ENTOURAGE_RATE_PER_ACTOR: "1000000",
    ENTOURAGE_RATE_PER_ADDRESS: "1000000",
    ENTOURAGE_RATE_SIGN_IN: "1000",
  };
  const child = spawn(process.execPath, ["scripts/start.ts"], {
    cwd: ROOT,
    env: environment,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let words = "";
  child.stderr?.on("data", (data: Buffer) => {
    words = `${words}${data.toString()}`.slice(-4_000);
  });
  const stop = async () => {
    await end(child);
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await untilReady(url, child, 180);
    const made = bootstrap(environment);
    const databaseUrl = findRunning(dataDir)?.databaseUrl ?? "";
    const [web, worker] = [partOf("app/_server/main.ts", dataDir), partOf("worker/main.ts", dataDir)];
    return { ...made, url, dataDir, databaseUrl, web, worker, stop };
  } catch (error) {
    await stop();
    throw new Error(`The product did not start:\n${words}`, { cause: error });
  }
}

/** Settings of the person who measures must not reach the product. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(ENTOURAGE_|DATABASE_URL$|NODE_OPTIONS$|PORT$|npm_)/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(kept), NODE_ENV: "production" };
}

/** Asks until it says that it is ready. */
export async function untilReady(url: string, child: ChildProcess, withinSeconds: number): Promise<void> {
  for (const deadline = Date.now() + withinSeconds * 1_000; Date.now() < deadline; await delay(20)) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error("it ended before it was ready");
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error(`it was not ready within ${withinSeconds} s`);
}

/** Asks it to stop as Ctrl-C does, and waits. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  const kill = setTimeout(() => child.kill("SIGKILL"), 30_000);
  await exit;
  clearTimeout(kill);
}

function bootstrap(environment: NodeJS.ProcessEnv) {
  const { email, password, org } = owner;
  const args = ["scripts/bootstrap.ts", "--email", email, "--password", password, "--org", org, "--json"];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, env: environment, encoding: "utf8" });
  if (!stdout.startsWith("{")) throw new Error(`bootstrap: ${stderr}`);
  return access.parse(JSON.parse(stdout));
}

/** The process of this installation that runs a file; never somebody else's. */
function partOf(file: string, dataDir: string): number {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const isOurs = readFileSync(`/proc/${pid}/environ`, "utf8").includes(`ENTOURAGE_DATA_DIR=${dataDir}\0`);
      if (isOurs && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`${file}\0`)) return Number(pid);
    } catch {
      // It ended while we looked.
    }
  }
  throw new Error(`no process runs ${file}`);
}

/** Below the range of outgoing connections, where a port that is free now can be somebody's a moment later. */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const isFree = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once("error", () => resolve(false));
      probe.listen(port, () => probe.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
  throw new Error("No free port between 20000 and 30000.");
}
