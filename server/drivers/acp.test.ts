import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import type { BoxProcess } from "../sandbox/box.ts";
import type { LabAnswer } from "../llm/test/lab-answer.ts";
import { openModelLab } from "../llm/test/model-lab.ts";
import type { SessionUpdate } from "../sessions/schema.ts";
import type { AgentConnection, PermissionAnswer, PermissionAsk } from "./driver.ts";
import { acpDriver } from "./acp.ts";

const lab = await openModelLab();
afterAll(() => lab.close());
const script = join(import.meta.dirname, "../../agents/entourage/main.ts");
const generous = { timeout: 60_000 };

/** The bundled agent, a real process, in a folder and a home of its own. */
function openAgent({ api = "anthropic" }: { api?: "anthropic" | "openai" } = {}) {
  const root = mkdtempSync(join(tmpdir(), "entourage-agent-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const updates: SessionUpdate[] = [];
  const asks: PermissionAsk[] = [];
  let answer: PermissionAnswer | "never" = { decision: "allow_once" };
  const processes: { kill: () => void }[] = [];
  const driver = acpDriver(({ model }) => ({
    args: [process.execPath, script],
    env: { ENTOURAGE_MODEL_URL: lab.urls.anthropic, ENTOURAGE_MODEL_API: api, ENTOURAGE_MODEL: model ?? "" },
  }));
  async function connect(more: { resume?: string; mode?: string } = {}): Promise<AgentConnection> {
    const connection = await driver.connect({
      ...{
        cwd: root,
        mcpServers: [],
        model: "claude-sonnet-5-5",
        mode: more.mode ?? null,
        resume: more.resume ?? null,
      },
      spawn: (args, env) => Promise.resolve(start(args, env)),
      onUpdate: (update) => updates.push(update),
      askPermission: async (ask, signal) => {
        asks.push(ask);
        if (answer !== "never") return answer;
        return new Promise((_, fail) => signal.addEventListener("abort", () => fail(new Error("over"))));
      },
    });
    onTestFinished(() => connection.close());
    return connection;
  }
  function start(args: string[], env: Record<string, string>): BoxProcess {
    const process = startHere(args, root, env);
    processes.push({ kill: () => process.kill("SIGKILL") });
    return process;
  }
  return {
    ...{ root, updates, asks, connect },
    answer: (next: typeof answer) => {
      answer = next;
    },
    killAgent: () => processes.at(-1)?.kill(),
    said: () => updates.flatMap((update) => (update.kind === "text" ? [update.text] : [])).join(""),
  };
}

function startHere([program = "", ...args]: string[], cwd: string, env: Record<string, string>): BoxProcess {
  const given: NodeJS.ProcessEnv = { ...process.env, HOME: cwd, ...env };
  const child = spawn(program, args, { cwd, env: given, stdio: "pipe" });
  const exited = new Promise<{ exitCode: number | null }>((done) => child.on("exit", (exitCode) => done({ exitCode })));
  const { stdin, stdout, stderr } = child;
  return { stdin, stdout, stderr, exited, resize() {}, kill: (signal) => void child.kill(signal) };
}

const write = { name: "write", input: { path: "hello.txt", content: "hello\n" } };
const inTurn = (...answers: LabAnswer[]) => lab.answerWith(({ toolResults }) => answers[toolResults] ?? { text: "?" });

test.for(["anthropic", "openai"] as const)(
  "the bundled agent writes a file when it is allowed to, and says so (%s)",
  generous,
  async (api) => {
    const { connect, asks, updates, said, root } = openAgent({ api });
    inTurn({ text: "I write.", toolCalls: [write] }, { text: "Done." });
    const connection = await connect();
    expect(connection.modes.map(({ id }) => id)).toEqual(["ask", "edits", "plan", "auto"]);
    expect(await connection.prompt("Say hello.", [])).toEqual({ stopReason: "end_turn" });
    await vi.waitFor(() => expect(said()).toBe("I write.Done."), 15_000);
    expect(readFileSync(join(root, "hello.txt"), "utf8")).toBe("hello\n");
    expect(asks).toMatchObject([
      { tool: "write", toolKind: "edit", paths: [join(root, "hello.txt")], isCovered: false },
    ]);
    expect(updates.filter(({ kind }) => kind === "tool").at(-1)).toMatchObject({
      status: "completed",
      diff: [{ before: null, after: "hello\n" }],
    });
  },
);

test(
  "what is not allowed is not done, and the agent goes on with the words it was declined with",
  generous,
  async () => {
    const { connect, answer, root, said, updates } = openAgent();
    inTurn({ toolCalls: [write] }, { text: "Then not." });
    answer({ decision: "reject", note: "Not this file, please." });
    const connection = await connect();
    expect(await connection.prompt("Say hello.", [])).toEqual({ stopReason: "end_turn" });
    await vi.waitFor(() => expect(said()).toBe("Then not."), 15_000);
    expect(existsSync(join(root, "hello.txt"))).toBe(false);
    const output = "This was declined, with the words: Not this file, please.";
    expect(updates).toContainEqual(expect.objectContaining({ output: expect.stringContaining(output) }));
  },
);

test("what is allowed with words is done, and the model reads them with what came of it", generous, async () => {
  const { connect, answer, root, said } = openAgent();
  inTurn({ toolCalls: [write] }, { text: "Done." });
  answer({ decision: "allow_once", note: "And mind the tests." });
  const connection = await connect();
  await connection.prompt("Say hello.", []);
  await vi.waitFor(() => expect(said()).toBe("Done."), 15_000);
  expect(readFileSync(join(root, "hello.txt"), "utf8")).toBe("hello\n");
  expect(JSON.stringify(lab.requests.at(-1)?.body)).toContain("It was allowed with the words: And mind the tests.");
});

test("a command that fails is told as failed, with what it said, and the model reads it", generous, async () => {
  const { connect, updates } = openAgent();
  const run = (command: string) => ({ toolCalls: [{ name: "bash", input: { command } }] });
  inTurn(run("echo almost; exit 3"), run("true"), { text: "Once." });
  const connection = await connect();
  await connection.prompt("Try it.", []);
  const ended = updates.filter((one) => one.kind === "tool" && one.output !== undefined);
  expect(ended).toMatchObject([
    { status: "failed", output: "almost\n\nExit code 3." },
    { status: "completed", output: expect.stringContaining("Exit code 0.") },
  ]);
  expect(JSON.stringify(lab.requests.at(-1)?.body)).toContain("Exit code 3.");
});

test(
  "modes decide what is asked: plans change nothing, edits may be covered, commands still ask",
  generous,
  async () => {
    const { connect, asks, root } = openAgent();
    const bash = { name: "bash", input: { command: "echo $((6*7)) > answer.txt" } };
    inTurn({ toolCalls: [write] }, { toolCalls: [bash] }, { text: "ok" });
    const connection = await connect({ mode: "plan" });
    await connection.prompt("Go.", []);
    expect([existsSync(join(root, "hello.txt")), asks.length]).toEqual([false, 0]);
    await connection.setMode("edits");
    lab.answerWith(
      ({ toolResults }) => [{ toolCalls: [write] }, { toolCalls: [bash] }][toolResults - 2] ?? { text: "ok" },
    );
    await connection.prompt("Now do it.", []);
    expect(asks.map(({ tool, isCovered }) => [tool, isCovered])).toEqual([
      ["write", true],
      ["bash", false],
    ]);
    expect(readFileSync(join(root, "answer.txt"), "utf8")).toBe("42\n");
  },
);

test(
  "a turn is cancelled while the model speaks and while a person is asked, and the conversation goes on",
  generous,
  async () => {
    const { connect, answer, said, asks } = openAgent();
    lab.answerWith(() => ({ text: "word ".repeat(2_000), pieceDelayMs: 20 }));
    const connection = await connect();
    const first = connection.prompt("Talk.", []);
    await vi.waitFor(() => expect(said()).toContain("word"), 20_000);
    await connection.cancel();
    expect(await first).toEqual({ stopReason: "cancelled" });
    answer("never");
    inTurn({ toolCalls: [write] });
    const second = connection.prompt("Write.", []);
    await vi.waitFor(() => expect(asks).toHaveLength(1), 20_000);
    await connection.cancel();
    expect(await second).toEqual({ stopReason: "cancelled" });
    lab.answerWith(() => ({ text: "Still here." }));
    expect(await connection.prompt("Hello?", [])).toEqual({ stopReason: "end_turn" });
  },
);

test("an agent that was killed is told as gone, and a new one takes its conversation up", generous, async () => {
  const { connect, killAgent } = openAgent();
  inTurn({ text: "First." });
  const connection = await connect();
  await connection.prompt("One.", []);
  lab.answerWith(() => ({ text: "x", silentAfter: 0 }));
  const broken = connection.prompt("Two.", []);
  killAgent();
  await expect(broken).rejects.toMatchObject({ code: "unavailable" });
  await connection.closed;
  const next = await connect({ resume: connection.id });
  expect([next.id, next.resumed]).toEqual([connection.id, true]);
  lab.answerWith(({ texts }) => ({ text: JSON.stringify(texts) }));
  await next.prompt("Three.", []);
  expect(lab.requests.at(-1)?.texts.join("|")).toMatch(/One\..*First\..*Three\./);
  const unknown = await connect({ resume: "never-was" });
  expect(unknown.resumed).toBe(false);
});

test("an agent that is not there, or no agent at all, is an error in words", generous, async () => {
  const { connect } = openAgent();
  const broken = acpDriver(() => ({
    args: [process.execPath, "-e", "console.error('no such luck'); process.exit(3)"],
    env: {},
  }));
  const options = { cwd: "/", mcpServers: [], model: null, mode: null, resume: null };
  await expect(
    broken.connect({
      ...options,
      spawn: (args, env) => Promise.resolve(startHere(args, "/", env)),
      onUpdate: () => {},
      askPermission: () => Promise.resolve({ decision: "reject" }),
    }),
  ).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining("no such luck") });
  expect(await connect()).toMatchObject({ resumed: false });
});
