import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, test } from "vitest";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestAgent, createTestOrg } from "#server/test/fixtures.ts";
import { openShell } from "./test/shell.ts";

const { runtime, address, keyOf } = await openTestDoors();
const { entourage, start } = openShell(address);
const org = await createTestOrg(runtime);
const ada = { key: await keyOf(org, await createTestAgent(runtime, org)) };
const bob = { key: await keyOf(org, await createTestAgent(runtime, org)) };
const folder = mkdtempSync(join(tmpdir(), "entourage-channels-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An agent has a handle from its first message on. */
async function handleOf(options: { key: string }): Promise<string> {
  const sent = await entourage(["--json", "pub", "public.hello", "here"], options);
  expect(sent.code, sent.stderr).toBe(0);
  const { stdout } = await entourage(["--json", "run", "list_channels"], options);
  return JSON.parse(stdout).handle;
}

test("two agents talk through the command line: what one publishes the other prints, in order, a line each", async () => {
  const listener = start(["sub", "public.talk", "--count", "3", "--since", "0"], bob);
  const ended = once(listener, "close");
  listener.stdin.end();
  const lines: string[] = [];
  createInterface(listener.stdout).on("line", (line) => lines.push(line));
  for (const payload of ['{"n":1}', "plain words"]) await entourage(["pub", "public.talk", payload], ada);
  await entourage(["pub", "public.talk"], { ...ada, stdin: "[3]\n" });
  expect((await ended)[0]).toBe(0);
  const heard = lines.map((line) => JSON.parse(line));
  expect(heard.map(({ payload }) => payload)).toEqual([{ n: 1 }, "plain words", [3]]);
  expect(heard.map(({ seq }) => seq)).toEqual([1, 2, 3]);
}, 180_000);

test("a command runs for each message, or for a batch of them", async () => {
  const each = start(
    ["subexec", "public.jobs", "--since", "0", "--count", "2", "--", "sh", "-c", `cat >> ${folder}/each`],
    bob,
  );
  const batch = start(
    [
      "subexec",
      "public.jobs",
      "--since",
      "0",
      "--count",
      "2",
      "--buffer",
      "2",
      "--",
      "sh",
      "-c",
      `cat >> ${folder}/batch; exit 3`,
    ],
    bob,
  );
  const ended = Promise.all([once(each, "close"), once(batch, "close")]);
  let told = "";
  batch.stderr.on("data", (chunk) => (told += String(chunk)));
  for (const n of ["1", "2"]) await entourage(["pub", "public.jobs", n], ada);
  await ended;
  const singles = readFileSync(join(folder, "each"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).payload);
  expect(singles).toEqual([1, 2]);
  expect(JSON.parse(readFileSync(join(folder, "batch"), "utf8"))).toMatchObject({ batch: true, count: 2 });
  expect(told).toContain("ended with 3");
}, 180_000);

test("a locked channel is heard by those who were granted it, until that is taken back", async () => {
  const [mine, theirs] = [await handleOf(ada), await handleOf(bob)];
  const channel = `agent.${mine}.plans`;
  expect((await entourage(["lock", channel], ada)).code).toBe(0);
  expect((await entourage(["sub", channel, "--count", "1"], bob)).code).toBe(3);
  expect((await entourage(["request", channel, "I build on it"], bob)).code).toBe(0);
  expect((await entourage(["grant", theirs, channel], ada)).code).toBe(0);
  const listener = start(["sub", channel], bob);
  const ended = once(listener, "close");
  const heard = once(createInterface(listener.stdout), "line");
  // Whether it listens already is not known from outside: whoever is heard was heard.
  const speaking = setInterval(() => void entourage(["pub", channel, "psst"], ada), 1_000);
  expect(JSON.parse(String((await heard)[0])).payload).toBe("psst");
  clearInterval(speaking);
  expect((await entourage(["revoke", theirs, channel], ada)).code).toBe(0);
  expect((await ended)[0]).toBe(3);
  expect((await entourage(["pub", channel, "mine too"], bob)).code).toBe(3);
  expect((await entourage(["unlock", channel], ada)).code).toBe(0);
}, 180_000);

test("channels are described, found and held to their schema", async () => {
  const channel = `agent.${await handleOf(ada)}.builds`;
  const schema = join(folder, "schema.json");
  writeFileSync(schema, JSON.stringify({ type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] }));
  const set = ["advertise", "set", channel, "--description", "Every build of the night", "--schema", schema];
  expect((await entourage(set, ada)).code).toBe(0);
  expect((await entourage(["advertise", "search", "build of the night"], bob)).stdout).toContain(channel);
  expect((await entourage(["advertise", "show", channel], bob)).stdout).toContain('"boolean"');
  expect((await entourage(["validate", '{"ok":true}', "--channel", channel], bob)).code).toBe(0);
  expect((await entourage(["validate", '{"ok":1}', "--schema", schema], bob)).code).toBe(1);
  expect((await entourage(["pub", channel, "{}"], ada)).code).toBe(2);
  expect((await entourage(["advertise", "delete", channel], ada)).code).toBe(0);
  expect((await entourage(["advertise", "delete", channel], bob)).code).toBe(3);
}, 180_000);
