import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "entourage-launch-test-"));
const port = 20_000 + Math.floor(Math.random() * 9_000);
const environment = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  PORT: String(port),
  ENTOURAGE_DATA_DIR: folder,
  ENTOURAGE_LOG_LEVEL: "info",
  NODE_ENV: "production" as const,
};
/** What is promised for a machine that has time is held to in the full run, which has it to itself. */
const isFull = process.env.ENTOURAGE_TEST_FULL === "1";
const inTime = { timeout: isFull ? 8_000 : 40_000 };
let launcher: ChildProcess;

beforeAll(async () => {
  launcher = await start();
}, 480_000);
afterAll(async () => {
  await stop("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

function run(): ChildProcess {
  return spawn(process.execPath, ["scripts/run.mjs", "start"], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
}

async function start(): Promise<ChildProcess> {
  const child = run();
  await new Promise<void>((resolve, reject) => {
    let said = "";
    const listen = (chunk: unknown) => {
      said += String(chunk);
      if (said.includes("Entourage is ready at")) resolve();
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("exit", (code) => reject(new Error(`ended with ${code}:\n${said}`)));
  });
  return child;
}

async function stop(signal: NodeJS.Signals): Promise<void> {
  if (launcher.exitCode !== null || launcher.signalCode !== null) return;
  launcher.kill(signal);
  await once(launcher, "exit");
}

/** Processes that belong to this installation: they carry its folder in their words or their environment. */
function processes(): { pid: number; command: string }[] {
  const { stdout } = spawnSync("ps", ["axeww", "-o", "pid=,stat=,command="], { encoding: "utf8" });
  return stdout
    .split("\n")
    .filter((line) => line.includes(folder) && !/^\s*\d+\s+Z/.test(line) && !line.includes("ps axeww"))
    .map((line) => ({ pid: Number.parseInt(line, 10), command: line.trim().split(/\s+/).slice(2).join(" ") }))
    .filter(({ pid }) => pid !== process.pid);
}

function pidOf(file: string): number {
  return processes().find(({ command }) => command.includes(file) && !command.includes("run.mjs"))?.pid ?? 0;
}

function isWorkerRunning(): boolean {
  const said = readFileSync(join(folder, "logs", "worker.log"), "utf8").split("\n");
  return said.some((line) => line.includes(`"pid":${pidOf("worker/main.ts")},`) && line.includes("worker is running"));
}

async function isReady(): Promise<boolean> {
  return fetch(`http://localhost:${port}/readyz`).then(
    (response) => response.ok,
    () => false,
  );
}

test("web and worker killed with -9 are back within five seconds", async () => {
  for (const file of ["app/_server/main.ts", "worker/main.ts"]) {
    const killed = pidOf(file);
    expect(killed).toBeGreaterThan(0);
    process.kill(killed, "SIGKILL");
    await vi.waitUntil(async () => pidOf(file) !== killed && pidOf(file) > 0 && (await isReady()), inTime);
  }
}, 120_000);

test("PostgreSQL killed with -9 is back within five seconds and the same web and worker go on with it", async () => {
  await vi.waitUntil(isWorkerRunning, { timeout: 40_000 });
  const before = [pidOf("app/_server/main.ts"), pidOf("worker/main.ts")];
  const lock = join(folder, "postgres", "cluster", "postmaster.pid");
  // There is none between two servers.
  const postmaster = () => (existsSync(lock) ? Number.parseInt(readFileSync(lock, "utf8"), 10) : 0);
  const killed = postmaster();
  expect(killed).toBeGreaterThan(0);
  process.kill(killed, "SIGKILL");
  await vi.waitUntil(async () => ![killed, 0].includes(postmaster()) && (await isReady()), inTime);
  const lastBeat = Date.now();
  // Readiness asks for a beat younger than ten seconds: still ready after eleven means that the worker writes again.
  await vi.waitUntil(() => Date.now() - lastBeat > 11_000, { timeout: 12_000, interval: 500 });
  expect(await isReady()).toBe(true);
  expect([pidOf("app/_server/main.ts"), pidOf("worker/main.ts")]).toEqual(before);
}, 120_000);

test("a second start on the same data folder says who runs there and changes nothing", async () => {
  const second = run();
  const [said] = await Promise.all([second.stderr ? text(second.stderr) : "", once(second, "exit")]);
  expect(second.exitCode).toBe(1);
  expect(said).toMatch(/already runs on .*: process \d+, http:\/\/localhost:\d+/);
  expect(await isReady()).toBe(true);
});

/** A terminal's SIGINT and an orderly SIGTERM end in the same way: the second of them for every change. */
const endings = isFull ? (["SIGINT", "SIGTERM", "SIGKILL"] as const) : (["SIGTERM", "SIGKILL"] as const);

test.each(endings)(
  "after %s no process is left, and the next start finds all in order",
  async (signal) => {
    await stop(signal);
    await vi
      .waitUntil(() => processes().length === 0, { timeout: 30_000 })
      .catch(() => expect(processes()).toEqual([]));
    launcher = await start();
    expect(await isReady()).toBe(true);
  },
  180_000,
);
