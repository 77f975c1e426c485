import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect, test } from "vitest";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestAgent, createTestOrg } from "#server/test/fixtures.ts";
import { main, openShell, type ShellOptions } from "./test/shell.ts";

const { runtime, address, keyOf } = await openTestDoors();
const org = await createTestOrg(runtime);
const agent = await createTestAgent(runtime, org);
const ownerKey = await keyOf(org);
const agentKey = await keyOf(org, agent);
const { home, environment, entourage } = openShell(address);

/** Runs it on a terminal, as people do. */
function onTerminal(args: string[], options: ShellOptions = {}): Promise<string> {
  const line = [process.execPath, main, ...args].map((word) => `'${word}'`).join(" ");
  return new Promise((resolve, reject) => {
    const env = { ...environment(options), TERM: "xterm-256color" };
    const child = execFile("script", ["-qec", line, "/dev/null"], { env }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
    child.stdin?.end(options.stdin ?? "");
  });
}

const create = async (title: string, more: string[] = []) => {
  const made = await entourage(["--json", "run", "create_task", `teamId=${org.teamId}`, `title=${title}`, ...more], {
    key: ownerKey,
  });
  expect(made.code, made.stderr).toBe(0);
  return JSON.parse(made.stdout).task;
};

test("without a key it says how to get in, and exits with 3", async () => {
  const { code, stderr, stdout } = await entourage(["whoami"]);
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toContain("entourage login");
});

test("a key is taken from standard input, checked, kept for its owner's eyes only, and forgotten again", async () => {
  const wrong = await entourage(["login", "--with-token"], { stdin: "oc_wrong" });
  expect(wrong.code).toBe(3);
  const { code, stdout } = await entourage(["--json", "login", "--with-token"], { stdin: `${ownerKey}\n` });
  expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, role: "owner", server: address });
  expect(statSync(join(home, "entourage/config.json")).mode & 0o777).toBe(0o600);
  expect((await entourage(["whoami"])).stdout).toContain("(owner)");
  expect((await entourage(["config", "list"])).stdout).not.toContain(ownerKey);
  const elsewhere = await entourage(["--server", "http://localhost:1", "whoami"]);
  expect(elsewhere, "a key is not sent to another server").toMatchObject({ code: 3 });
  expect((await entourage(["logout"])).code).toBe(0);
  expect((await entourage(["whoami"])).code).toBe(3);
});

test("tasks are listed a line each, as JSON a value a line, and hostile titles do nothing to a terminal", async () => {
  const task = await create("Ring \u001b]52;c;aGk=\u0007 the\u202e bell");
  const options = { key: ownerKey };
  const { stdout } = await entourage(["tasks", "--team", org.teamId], options);
  expect(stdout).toContain(`#${task.number}`);
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  const json = await entourage(["--json", "tasks", "--status", "todo"], options);
  const listed = json.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(listed.map(({ id }) => id)).toContain(task.id);
  expect((await entourage(["tasks", "-q", "no such words"], options)).stdout).toBe("");
  const refused = await entourage(["run", "\u001b]52;c;aGk=\u0007\u202e"], options);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
});

test("an agent claims with the command line and finds its lease", async () => {
  const task = await create("Claimed from a shell");
  const { stdout } = await entourage(["--json", "claim", `#${task.number}`], { key: agentKey });
  expect(JSON.parse(stdout)).toMatchObject({ task: { id: task.id }, lease: { holder: { id: agent.id } } });
  const again = await entourage(["claim", task.id], { key: await keyOf(org, await createTestAgent(runtime, org)) });
  expect(again).toMatchObject({ code: 5, stdout: "" });
  expect(again.stderr).toContain(agent.name);
});

test("every operation can be listed, described and run, with fields, JSON fields, a file or a pipe", async () => {
  const options = { key: ownerKey };
  const { stdout, stderr } = await entourage(["run"], options);
  expect(stdout || stderr).toMatch(/^create_task {2,}\S/m);
  const described = JSON.parse((await entourage(["--json", "run", "create_task", "--describe"], options)).stdout);
  expect(described.input.properties).toHaveProperty("title");
  const first = await create("First");
  const second = await create("Second", [`dependsOn:=["${first.number}"]`]);
  const read = await entourage(["--json", "run", "get_task", "--input", "-"], {
    ...options,
    stdin: JSON.stringify({ task: second.id }),
  });
  expect(JSON.parse(read.stdout).task.dependsOn).toMatchObject([{ number: first.number }]);
});

test("each way of failing has its exit code, and says what is possible", async () => {
  const options = { key: ownerKey };
  const cases: [string[], number, RegExp][] = [
    [["frobnicate"], 2, /frobnicate|command/],
    [["tasks", "--status", "lost"], 2, /in_progress/],
    [["run", "create_task", "nonsense"], 2, /NAME=TEXT/],
    [["run", "create_task", "title:={"], 2, /not JSON/],
    [["run", "create_task", "title=x"], 2, /teamId/],
    [["task", "99999"], 4, /99999/],
    [["run", "no_such_operation"], 4, /no_such_operation/],
    [["--server", "http://localhost:1", "task", "1"], 75, /Nobody answers/],
    [["--server", "ftp://x", "task", "1"], 2, /address/],
  ];
  for (const [args, exit, words] of cases) {
    const { code, stderr, stdout } = await entourage(args, options);
    expect({ args, code, stdout }).toEqual({ args, code: exit, stdout: "" });
    expect(stderr).toMatch(words);
  }
  const json = await entourage(["--json", "task", "99999"], options);
  expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: "not_found" } });
}, 60_000);

test("on a terminal it is bold, unless NO_COLOR says otherwise; in a pipe it never is", async () => {
  const task = await create("Plain words");
  const options = { key: ownerKey };
  const escape = "\u001b[";
  expect(await onTerminal(["task", task.id], options)).toContain(escape);
  expect(await onTerminal(["task", task.id], { ...options, env: { NO_COLOR: "1" } })).not.toContain(escape);
  expect((await entourage(["task", task.id], options)).stdout).not.toContain(escape);
});

test("what agents ask is listed and answered from a shell; the second answer is told whose the first was", async () => {
  const ask = (input: object) =>
    entourage(["--json", "run", "ask_human", "timeoutSeconds:=0", "--input", "-"], {
      key: agentKey,
      stdin: JSON.stringify(input),
    });
  const question = JSON.parse(
    (
      await ask({
        title: "Which colour?",
        options: [
          { value: "r", label: "Red" },
          { value: "b", label: "Blue" },
        ],
      })
    ).stdout,
  );
  const approval = JSON.parse(
    (await ask({ kind: "approval", title: "Deploy?", action: { name: "deploy", input: {} } })).stdout,
  );
  const shortId = String(question.request).slice(-8);
  const options = { key: ownerKey };
  const { stdout } = await entourage(["inbox"], options);
  expect(stdout).toContain(shortId);
  expect(stdout).toContain("2 Blue");
  expect(await entourage(["answer", shortId, "3"], options)).toMatchObject({ code: 2 });
  expect(await entourage(["answer", shortId, "2"], options)).toMatchObject({ code: 0, stderr: "" });
  expect(await entourage(["answer", approval.request, "maybe"], options)).toMatchObject({ code: 2 });
  expect(await entourage(["answer", "zzzz", "yes"], options)).toMatchObject({ code: 4 });
  expect(await entourage(["answer", approval.request, "no", "--note", "Not on a Friday"], options)).toMatchObject({
    code: 0,
  });
  const late = await entourage(["answer", question.request, "1"], options);
  expect(late.code).toBe(5);
  const read = async (id: string) =>
    JSON.parse((await entourage(["--json", "run", "get_request", `request=${id}`], options)).stdout).request.answer;
  expect(await read(question.request)).toBe("b");
  expect(await read(approval.request)).toEqual({ approved: false, note: "Not on a Friday" });
  expect((await entourage(["inbox"], options)).stdout).toBe("");
}, 60_000);

test("settings are changed by name, and a key is not carried to another server", async () => {
  await entourage(["login", "--with-token"], { stdin: ownerKey });
  expect((await entourage(["config", "set", "team", org.teamId])).code).toBe(0);
  expect((await entourage(["config", "get", "team"])).stdout.trim()).toBe(org.teamId);
  expect((await entourage(["tasks"])).code).toBe(0);
  expect((await entourage(["config", "use", "nowhere"])).code).toBe(4);
  await entourage(["config", "set", "server", "http://localhost:1"]);
  expect((await entourage(["--json", "config", "list"])).stdout).toContain('"loggedIn":false');
  await entourage(["config", "set", "server", address]);
});

test("the doctor tells what stands between", async () => {
  const well = await entourage(["doctor"], { key: ownerKey });
  expect(well.stderr + well.stdout).toMatch(/ok +access/);
  const ill = await entourage(["--server", "http://localhost:1", "doctor"], { key: ownerKey });
  expect(ill.code).toBe(1);
  expect(ill.stdout).toContain("Nobody answers");
});

test("completions are there for bash, zsh and fish", async () => {
  for (const shell of ["bash", "zsh", "fish"])
    expect((await entourage(["completion", shell])).stdout).toContain("entourage");
});

test("what to paste into an agent names the server and the first thing to call", async () => {
  const { stdout } = await entourage(["instruction-prompt"]);
  expect(stdout).toContain("wait_for_work");
  expect(stdout).toContain(address);
});

test("a client that only speaks standard input and output works through it", async () => {
  const client = new Client({ name: "stdio", version: "1" });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [main, "mcp"],
    env: { PATH: process.env.PATH ?? "", ENTOURAGE_SERVER: address, ENTOURAGE_TOKEN: agentKey },
    stderr: "pipe",
  });
  await client.connect(transport);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain("wait_for_work");
  const pong = await client.callTool({ name: "ping", arguments: {} });
  expect(pong.structuredContent).toMatchObject({ name: agent.name });
  await client.close();
});
