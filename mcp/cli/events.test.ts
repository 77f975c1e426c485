import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, test, vi } from "vitest";
import { listApiKeys, revokeApiKey } from "#server/api-keys/operations.ts";
import { execute } from "#server/execute.ts";
import { createTask } from "#server/tasks/operations.ts";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestOrg } from "#server/test/fixtures.ts";
import { openShell } from "./test/shell.ts";

const { runtime, address, keyOf } = await openTestDoors();
const { entourage, start } = openShell(address);
const org = await createTestOrg(runtime);
const key = await keyOf(org);
const options = { requestId: "test" };
const add = (title: string) => execute(createTask, runtime, org.owner, { teamId: org.teamId, title }, options);

test("what happened is printed a line each, and what happens follows, until access ends", {
  timeout: 60_000,
}, async () => {
  await add("One");
  const past = await entourage(["--json", "events", "--type", "task.*", "--since", "0"], { key });
  expect(past.code, past.stderr).toBe(0);
  const told = past.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(told.map(({ type, taskNumber }) => [type, taskNumber])).toEqual([["task.created", 1]]);

  const following = start(["--json", "events", "--follow", "--type", "task.created", "--since", String(told[0].seq)], {
    key,
  });
  const ended = once(following, "close");
  let talk = "";
  following.stderr.on("data", (chunk) => {
    talk += chunk;
  });
  const lines: string[] = [];
  createInterface(following.stdout).on("line", (line) => lines.push(line));
  await add("Two");
  await add("Three");
  await vi.waitFor(() => expect(lines.map((line) => JSON.parse(line).taskNumber)).toEqual([2, 3]), 15_000);
  const { apiKeys } = await execute(listApiKeys, runtime, org.owner, {}, options);
  await execute(revokeApiKey, runtime, org.owner, { apiKeyId: apiKeys[0]?.id }, options);
  expect((await ended)[0]).toBe(3);
  expect(talk).toContain("has ended");
});

test("a type that does not exist is wrong input, said in the server's words", { timeout: 60_000 }, async () => {
  const told = await entourage(["events", "--follow", "--type", "task.exploded"], { key: await keyOf(org) });
  expect([told.code, told.stdout]).toEqual([2, ""]);
  expect(told.stderr).toContain("task.exploded");
});
