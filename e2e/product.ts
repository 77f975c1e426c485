import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const ROOT = join(import.meta.dirname, "..");
const LOGS = join(ROOT, "test-results");
const READY_WITHIN_SECONDS = 300;

export interface Product {
  url: string;
  /** Where its database and secrets are, for tests that start it again. */
  dataDir: string;
  /** Where its worker listens, for those who speak to the realtime server as the product itself does. */
  workerPort: number;
  stop: () => Promise<void>;
}

export interface ProductOptions {
  /** Environment variables besides those that every run has. */
  settings?: Record<string, string>;
  /** The file under `test-results` that gets its words. */
  log?: string;
  /** Puts what is to be there before the start into the data folder. */
  prepare?: (dataDir: string) => Promise<void>;
}

/** Starts the whole product as a person would, with a data folder and a port of its own; its words go to a log. */
export async function startProduct({
  settings = {},
  log = "product.log",
  prepare,
}: ProductOptions = {}): Promise<Product> {
  const dataDir = await mkdtemp(join(tmpdir(), "entourage-e2e-"));
  await chmod(dataDir, 0o755); // As root the database runs under another user, who must be able to enter.
  await prepare?.(dataDir);
  const port = await findFreePort();
  const workerPort = await findFreePort();
  const url = `http://localhost:${port}`;
  const own = { ENTOURAGE_WORKER_PORT: String(workerPort), ...settings };
  const child = launch(port, dataDir, own, join(LOGS, log));
  const stop = async () => {
    await end(child);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await untilReady(url, child, join(LOGS, log));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, dataDir, workerPort, stop };
}

function launch(port: number, dataDir: string, settings: Record<string, string>, logFile: string): ChildProcess {
  mkdirSync(LOGS, { recursive: true });
  const log = openSync(logFile, "w");
  // Only what a fresh machine has: settings of the person who runs the tests must not leak into the product.
  const foreign = Object.keys(process.env).filter((name) => /^(ENTOURAGE_|DATABASE_URL$|NODE_OPTIONS$)/.test(name));
  const cleared = Object.fromEntries(foreign.map((name) => [name, undefined]));
  const child = spawn(process.execPath, ["scripts/start.ts"], {
    cwd: ROOT,
    // Every walk signs in anew, from one address: more often than a person may.
    env: {
      ...process.env,
      ...cleared,
      PORT: String(port),
      ENTOURAGE_DATA_DIR: dataDir,
      ENTOURAGE_RATE_SIGN_IN: "1000",
      ENTOURAGE_RATE_PER_ACTOR: "100000",
      // Where stand-ins for providers of models answer.
      ENTOURAGE_TRUSTED_HOSTS: "127.0.0.1",
      ...settings,
    },
    // The channel closes when we die, however we die, and the product goes with us.
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);
  return child;
}

async function untilReady(url: string, child: ChildProcess, logFile: string): Promise<void> {
  for (const deadline = Date.now() + READY_WITHIN_SECONDS * 1000; Date.now() < deadline; await delay(100)) {
    if (hasEnded(child))
      throw new Error(`The product ended with ${child.exitCode} before it was ready:\n${tailOfLog(logFile)}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error(`The product was not ready within ${READY_WITHIN_SECONDS} s:\n${tailOfLog(logFile)}`);
}

/** It is asked first, as Ctrl-C does; only one that does not listen is killed. */
async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  const kill = setTimeout(() => child.kill("SIGKILL"), 30_000);
  await exit;
  clearTimeout(kill);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function tailOfLog(logFile: string): string {
  return readFileSync(logFile, "utf8").split("\n").slice(-40).join("\n");
}

/** What was given to a product that may not listen yet. */
const given = new Set<number>();

/** Below the range of outgoing connections, where a port that is free now can be somebody's a moment later. */
async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error("No free port between 20000 and 30000.");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, () => probe.close(() => resolve(true)));
  });
}
