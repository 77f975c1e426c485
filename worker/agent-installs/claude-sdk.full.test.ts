import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { claudeSdkDriver, type TranscriptStore } from "#server/drivers/claude-sdk.ts";
import type { DriverOptions, PermissionAnswer, PermissionAsk } from "#server/drivers/driver.ts";
import { openModelLab } from "#server/llm/test/model-lab.ts";
import type { BoxExit, BoxProcess } from "#server/sandbox/box.ts";
import type { SessionUpdate } from "#server/sessions/schema.ts";
import { installAgent } from "./installing.ts";

// Kept between runs: it is a third of a gigabyte.
const dataDir = resolve(import.meta.dirname, "../../.entourage/for-tests");
const root = mkdtempSync(join(tmpdir(), "entourage-claude-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const lab = await openModelLab();
afterAll(() => lab.close());
const folder = await installAgent("claude-sdk", {
  dataDir,
  signal: new AbortController().signal,
  onProgress: () => {},
});

/** A store as a table would be: by what names the transcript, entries in their order. */
function openStore(): TranscriptStore & { size: () => number } {
  const kept = new Map<string, unknown[]>();
  const nameOf = (key: object) => JSON.stringify(Object.entries(key).filter(([name]) => name !== "projectKey"));
  return {
    append: (key, entries) =>
      Promise.resolve(void kept.set(nameOf(key), [...(kept.get(nameOf(key)) ?? []), ...entries])),
    load: (key) => Promise.resolve(kept.get(nameOf(key)) ?? null),
    delete: (key) => Promise.resolve(void kept.delete(nameOf(key))),
    size: () => [...kept.values()].reduce((sum, entries) => sum + entries.length, 0),
  };
}

let places = 0;
/** A home and a workspace of their own, as another machine would have them. */
async function sit(
  store: TranscriptStore,
  more: Partial<DriverOptions> & { decide?: (ask: PermissionAsk) => PermissionAnswer } = {},
) {
  const home = join(root, `home-${++places}`);
  const work = join(root, "work");
  mkdirSync(home, { recursive: true });
  mkdirSync(work, { recursive: true });
  const updates: SessionUpdate[] = [];
  const asks: PermissionAsk[] = [];
  const { decide = () => "allow_once" as const, ...options } = more;
  const env = {
    ...{ PATH: process.env.PATH ?? "/usr/bin:/bin", HOME: home, ENABLE_TOOL_SEARCH: "false" },
    ...{ ANTHROPIC_BASE_URL: lab.urls.anthropic.replace(/\/v1$/, ""), ANTHROPIC_API_KEY: "placeholder" },
  };
  const driver = claudeSdkDriver({ folder, env, store, home: { host: home, inside: home } });
  const connection = await driver.connect({
    ...{ cwd: work, mcpServers: [], model: "claude-sonnet-5-5", mode: "default", resume: null, ...options },
    spawn: (args, given) => Promise.resolve(start(args, given, work)),
    onUpdate: (update) => void updates.push(update),
    askPermission: (ask) => {
      asks.push(ask);
      return Promise.resolve(decide(ask));
    },
  });
  const text = () => updates.flatMap((one) => (one.kind === "text" ? one.text : [])).join("");
  return { connection, updates, asks, text, work };
}

function start([command = "", ...args]: string[], env: Record<string, string>, cwd: string): BoxProcess {
  const child = spawn(command, args, { cwd, env: { NODE_ENV: "test", ...env }, stdio: ["pipe", "pipe", "pipe"] });
  const exited = new Promise<BoxExit>((done) => child.on("exit", (exitCode) => done({ exitCode })));
  const { stdin, stdout, stderr } = child;
  return { stdin, stdout, stderr, resize: () => {}, kill: (signal) => void child.kill(signal), exited };
}

test("a turn streams, asks before each tool, writes what was allowed, leaves what was not, and tells its cost", async () => {
  const store = openStore();
  const { connection, updates, asks, text, work } = await sit(store, {
    decide: ({ tool }) => (tool === "Bash" ? "reject" : "allow_once"),
  });
  const [file, kept] = [join(work, "hello.txt"), join(work, "kept.txt")];
  lab.answerWith(({ toolResults, tools }) => {
    if (tools.length === 0) return { text: "ok" };
    const usage = { input: 1_000, output: 50 };
    if (toolResults === 0)
      return {
        text: "I will write the file.",
        toolCalls: [{ name: "Write", input: { file_path: file, content: "hello\n" } }],
        usage,
      };
    if (toolResults === 1)
      return { toolCalls: [{ name: "Bash", input: { command: `touch ${kept}`, description: "touch" } }], usage };
    return { text: "All done.", usage };
  });
  expect(await connection.prompt("Write hello.txt", [])).toEqual({ stopReason: "end_turn" });
  expect(readFileSync(file, "utf8")).toBe("hello\n");
  expect(existsSync(kept), "what was refused did not happen").toBe(false);
  expect(asks).toMatchObject([
    { tool: "Write", toolKind: "edit", paths: [file], command: null },
    { tool: "Bash", toolKind: "execute", paths: [], command: `touch ${kept}` },
  ]);
  expect(text()).toContain("I will write the file.");
  expect(text()).toContain("All done.");
  const ends = updates.flatMap((one) =>
    one.kind === "tool" && one.status !== "running" ? [`${one.toolKind} ${one.status}`] : [],
  );
  expect(ends).toEqual(["edit completed", "execute failed"]);
  const [usage] = updates.filter((one) => one.kind === "usage");
  expect(usage).toMatchObject({ outputTokens: 150 });
  expect(store.size()).toBeGreaterThan(3);
  await connection.close();
  await connection.closed;

  // Another process with an empty home takes the conversation up from the store.
  const later = await sit(store, { resume: connection.id });
  expect(later.connection.resumed).toBe(true);
  lab.answerWith(({ texts }) => ({ text: texts.join(" ").includes("All done.") ? "I remember." : "Who are you?" }));
  expect(await later.connection.prompt("Do you remember?", [])).toEqual({ stopReason: "end_turn" });
  expect(later.text()).toBe("I remember.");
  await later.connection.close();
});

test("a turn that is cancelled ends at once as cancelled, and the conversation goes on", async () => {
  const { connection, updates, text } = await sit(openStore());
  lab.answerWith(({ texts }) =>
    texts.at(-1)?.includes("Again") ? { text: "Here I am." } : { text: "word ".repeat(4_000), pieceDelayMs: 20 },
  );
  const turn = connection.prompt("Talk for long", []);
  await expect.poll(() => updates.some(({ kind }) => kind === "text"), { timeout: 30_000 }).toBe(true);
  await connection.cancel();
  expect(await turn).toEqual({ stopReason: "cancelled" });
  const before = text().length;
  expect(await connection.prompt("Again", [])).toEqual({ stopReason: "end_turn" });
  expect(text().slice(before)).toContain("Here I am.");
  await connection.close();
});
