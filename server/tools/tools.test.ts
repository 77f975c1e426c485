import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { openTestRuntime } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { toolsFor } from "./registry.ts";
import { resultCharacters, runTool } from "./run.ts";
import { openSetting, toolDeps } from "./test/setting.ts";
import type { Tool, ToolContext } from "./tool.ts";

const { runtime } = await openTestRuntime();
const deps = toolDeps(runtime);
const { move } = workIn(runtime);

let calls = 0;
async function use(context: ToolContext, name: string, input: unknown, id = `call-${++calls}`) {
  return runTool(deps, context, await toolsFor(deps, context), { id, name, input });
}

function toolThat(execute: Tool["execute"], more: Partial<Tool> = {}): Tool {
  return {
    ...{ name: "probe", description: "A tool of a test.", sideEffect: "outside", execute },
    parameters: { type: "object", properties: {}, additionalProperties: false },
    ...more,
  };
}

const rowsOf = (taskId: string) =>
  runtime.db.execute<{ tool: string; outcome: string | null; hash: string; ms: number | null }>(
    sql`select tool, outcome, input_hash as hash, duration_ms as ms from tool_calls where task_id = ${taskId} order by started_at`,
  );

describe("files", () => {
  it("are written whole, read back and listed", async () => {
    const { context, workspacePath } = await openSetting(runtime);
    expect(await use(context, "write_file", { path: "src/a/main.ts", content: "one\ntwo\n" })).toMatchObject({
      outcome: "ok",
      text: "Created src/a/main.ts (8 bytes).",
    });
    expect(readFileSync(join(workspacePath, "src/a/main.ts"), "utf8")).toBe("one\ntwo\n");
    expect((await use(context, "read_file", { path: "./src//a/main.ts", fromLine: 2 })).text).toBe("two\n");
    expect((await use(context, "read_file", { path: "." })).text).toBe("src/");
    expect((await use(context, "read_file", { path: "src/b.ts" })).text).toBe("src/b.ts does not exist.");
  });

  it.each([
    "../outside",
    "/etc/passwd",
    "a/../../outside",
    "~/x",
    "a\0b",
    "..",
    ".git/hooks/pre-commit",
    "sub/.GIT/config",
    "a\\b",
    "\ud800",
    "x".repeat(300),
  ])("refuse the path %j and touch nothing", async (path) => {
    const { context, around } = await openSetting(runtime);
    for (const [name, input] of [
      ["read_file", { path }],
      ["write_file", { path, content: "x" }],
    ] as const)
      expect(await use(context, name, input)).toMatchObject({ outcome: "refused", isError: true });
    expect(existsSync(join(around, "outside"))).toBe(false);
  });

  it("never follow a link, neither to a file, nor to a folder, nor through /proc", async () => {
    const { context, workspacePath, around } = await openSetting(runtime);
    writeFileSync(join(around, "secret"), "secret");
    mkdirSync(join(around, "folder"));
    symlinkSync(join(around, "secret"), join(workspacePath, "file"));
    symlinkSync(join(around, "folder"), join(workspacePath, "folder"));
    symlinkSync("/proc/self/environ", join(workspacePath, "environ"));
    for (const path of ["file", "folder", "folder/x", "environ"])
      expect(await use(context, "read_file", { path })).toMatchObject({ outcome: "refused" });
    expect(await use(context, "write_file", { path: "folder/x", content: "x" })).toMatchObject({ outcome: "refused" });
    expect(existsSync(join(around, "folder/x"))).toBe(false);
    // A link in the place of a file is replaced, and what it led to stays.
    expect(await use(context, "write_file", { path: "file", content: "mine" })).toMatchObject({ outcome: "ok" });
    expect(readFileSync(join(around, "secret"), "utf8")).toBe("secret");
    expect(readFileSync(join(workspacePath, "file"), "utf8")).toBe("mine");
  });

  it("do not hang on a pipe", async () => {
    const { context, workspacePath } = await openSetting(runtime);
    execFileSync("mkfifo", [join(workspacePath, "pipe")]);
    expect(await use(context, "read_file", { path: "pipe" })).toMatchObject({ outcome: "refused" });
    expect(await use(context, "write_file", { path: "pipe", content: "x" })).toMatchObject({ outcome: "ok" });
  });
});

describe("a command", () => {
  it("runs in the sandbox: it writes the workspace, sees no network and no file of the server", async () => {
    const { context, workspacePath, around } = await openSetting(runtime);
    writeFileSync(join(around, "secret"), "secret");
    const command = `echo hello > made; cat ${join(around, "secret")}; cat ../secret; exit 3`;
    const result = await use(context, "run_command", { command });
    expect(result).toMatchObject({ outcome: "ok", text: expect.stringMatching(/^exit code 3\n/) });
    expect(result.text).not.toMatch(/^secret/m);
    expect(readFileSync(join(workspacePath, "made"), "utf8")).toBe("hello\n");
  });

  it("ends at its time, and its endless output is cut", async () => {
    const { context } = await openSetting(runtime);
    expect((await use(context, "run_command", { command: "sleep 60", timeoutSeconds: 1 })).text).toMatch(
      /^stopped after 1 s/,
    );
    const flood = await use(context, "run_command", { command: "head -c 10000000 /dev/zero | tr '\\0' x" });
    expect(flood.text.length).toBeLessThan(resultCharacters);
  });
});

describe("a call", () => {
  it("of a tool that does not exist, or with wrong arguments, is told what there is", async () => {
    const { context, task } = await openSetting(runtime);
    expect((await use(context, "readFile", {})).text).toContain("Did you mean read_file");
    expect((await use(context, "read_file", { file: "a" })).text).toContain('no argument "file". It takes path');
    expect((await use(context, "read_file", {})).text).toContain("path is missing");
    expect((await use(context, "read_file", { path: 3 })).text).toContain("path must be string");
    expect((await use(context, "read_file", "no JSON")).text).toContain("must be a JSON object");
    expect((await use(context, "read_file", JSON.parse(`${'{"a":'.repeat(90)}1${"}".repeat(90)}`))).text).toContain(
      "nested",
    );
    const rows = await rowsOf(task.id);
    expect(rows.map(({ outcome }) => outcome)).toEqual(Array(6).fill("refused"));
    expect(rows.every(({ hash, ms }) => /^[0-9a-f]{64}$/.test(hash) && ms !== null)).toBe(true);
  });

  it("made again gives its first answer and takes effect once", async () => {
    const { context } = await openSetting(runtime);
    let done = 0;
    const tool = toolThat(async () => `done ${++done}`);
    const call = { id: "one", name: "probe", input: {} };
    expect(await runTool(deps, context, [tool], call)).toMatchObject({ text: "done 1", replayed: false });
    expect(await runTool(deps, context, [tool], call)).toMatchObject({ text: "done 1", replayed: true, outcome: "ok" });
    expect(done).toBe(1);
    // A database gives the names of an object back in an order of its own.
    const open = { ...tool, parameters: { type: "object" } };
    const two = { ...call, id: "two", input: { task: 1, at: { step: 2, a: 3 } } };
    expect(await runTool(deps, context, [open], two)).toMatchObject({ replayed: false, text: "done 2" });
    const turned = { ...two, input: { at: { a: 3, step: 2 }, task: 1 } };
    expect(await runTool(deps, context, [open], turned)).toMatchObject({ replayed: true, text: "done 2" });
    expect(await runTool(deps, { ...context, attempt: 2 }, [tool], call)).toMatchObject({ text: "done 3" });
    await expect(runTool(deps, context, [tool], { ...call, input: { other: 1 } })).rejects.toThrow(
      "made before with other arguments",
    );
  });

  it("whose process died is not repeated when that could do it twice, and is when it could not", async () => {
    const { context, task } = await openSetting(runtime);
    let done = 0;
    const begun = async (tool: Tool, id: string) => {
      const never = toolThat(() => new Promise<string>(() => undefined), { sideEffect: tool.sideEffect });
      const died = new AbortController();
      const dead = runTool(deps, { ...context, signal: died.signal }, [never], { id, name: "probe", input: {} });
      await expect.poll(async () => (await rowsOf(task.id)).filter(({ outcome }) => outcome === null)).toHaveLength(1);
      died.abort(new Error("died"));
      await expect(dead).rejects.toThrow("died");
      await runtime.db.execute(
        sql`update tool_calls set outcome = null, output = null where task_id = ${task.id} and call_id = ${id}`,
      );
      return runTool(deps, context, [tool], { id, name: "probe", input: {} });
    };
    const outside = toolThat(async () => `done ${++done}`);
    expect(await begun(outside, "a")).toMatchObject({ outcome: "interrupted", isError: true });
    expect(done).toBe(0);
    await runtime.db.execute(sql`update tool_calls set outcome = 'interrupted' where task_id = ${task.id}`);
    expect(
      await begun(
        toolThat(async () => `done ${++done}`, { sideEffect: "none" }),
        "b",
      ),
    ).toMatchObject({ text: "done 1" });
  });

  it("that hangs is left at its time, whether it listens or not, and one that throws is no fault of the caller", async () => {
    const { context } = await openSetting(runtime);
    const hanging = toolThat(() => new Promise<string>(() => undefined), { timeoutSeconds: 0.05 });
    expect(await runTool(deps, context, [hanging], { id: "a", name: "probe", input: {} })).toMatchObject({
      outcome: "timed_out",
    });
    const broken = toolThat(async () => Promise.reject(new Error("the password is hunter2")));
    const failed = await runTool(deps, context, [broken], { id: "b", name: "probe", input: {} });
    expect(failed).toMatchObject({ outcome: "failed" });
    expect(failed.text).not.toContain("hunter2");
  });

  it("that answers ten megabytes is cut, and what no database keeps is replaced", async () => {
    const { context } = await openSetting(runtime);
    const large = toolThat(async () => `start${"x".repeat(10_000_000)}\0\ud800end`);
    const result = await runTool(deps, context, [large], { id: "a", name: "probe", input: {} });
    expect(result).toMatchObject({ outcome: "ok", truncated: true });
    expect(result.text.length).toBeLessThan(resultCharacters + 100);
    expect(result.text).toMatch(/^start[\s\S]*left out[\s\S]*end$/);
  });

  it("stops with its signal within a second", async () => {
    const { context } = await openSetting(runtime);
    const stop = new AbortController();
    const running = runTool(deps, { ...context, signal: stop.signal }, await toolsFor(deps, context), {
      ...{ id: "a", name: "run_command", input: { command: "sleep 30" } },
    });
    setTimeout(() => stop.abort(new Error("stopped")), 100);
    const at = Date.now();
    await expect(running).rejects.toThrow("stopped");
    expect(Date.now() - at).toBeLessThan(1_500);
  });

  it("without a live lease takes no effect", async () => {
    const { context, agent, task, workspacePath } = await openSetting(runtime);
    await move(agent, task.id, "failed");
    await expect(use(context, "write_file", { path: "a", content: "x" })).rejects.toThrow(
      "The lease on this task has ended",
    );
    expect(existsSync(join(workspacePath, "a"))).toBe(false);
  });

  it("is limited to the tools a task is allowed", async () => {
    const { context } = await openSetting(runtime);
    const names = async (allowed?: string[]) => (await toolsFor(deps, context, allowed)).map(({ name }) => name);
    expect(await names()).toEqual(["read_file", "write_file", "run_command", "search_knowledge", "lookup_type"]);
    expect(await names(["read_file", "mcp__x__*"])).toEqual(["read_file"]);
    expect(await names(["*"])).toHaveLength(5);
    expect(await names([])).toEqual([]);
  });
});
