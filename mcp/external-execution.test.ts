import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { approvePlanOperation, getPlan, importPlanOperation, updatePlanOperation } from "#server/plans/operations.ts";
import { previewContext } from "#server/task-contexts/operations.ts";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestAgent, createTestOrg } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";

const { runtime, address, keyOf } = await openTestDoors();
const { run, read, claim } = workIn(runtime);

async function connect(key: string) {
  const client = new Client({ name: "outside", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${key}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", address), { requestInit }));
  const call = async (name: string, input: object = {}) => {
    const { isError, structuredContent } = await client.callTool({ name, arguments: { ...input } });
    return { isError: isError === true, content: structuredContent };
  };
  return { client, call };
}

test("an external agent goes through a plan over MCP: claim, give back, claim, result; nobody else is given its tasks", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org, { runtime: "external" });
  const inside = await createTestAgent(runtime, org, { runtime: "model" });
  const content = JSON.stringify({ tasks: [{ title: "one" }, { title: "two", dependsOn: [0] }] });
  const { plan } = await run(importPlanOperation, org.owner, { teamId: org.teamId, content });
  await run(updatePlanOperation, org.owner, { planId: plan.id, mode: "external", claimSeconds: 3_600 });
  const { tasks } = await run(approvePlanOperation, org.owner, { planId: plan.id, version: 1 });
  expect(await claim(inside), "its mode is external").toBe(null);
  const { client, call } = await connect(await keyOf(org, agent));
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(["claim_task", "release_task"]));
  const task = tasks.find(({ key }) => key === "t1")?.id ?? "";

  const first = await call("claim_task");
  expect(first.content).toMatchObject({ claim: { task: { id: task, title: "one" } } });
  const { lease } = await read(org.owner, task);
  const seconds = (Date.parse(lease?.expiresAt ?? "") - Date.parse(lease?.since ?? "")) / 1_000;
  expect(Math.round(seconds / 60), "as the plan says, not the team").toBe(60);
  await call("release_task", { task, reason: "I lack the tool for it." });
  expect(await read(org.owner, task)).toMatchObject({ status: "todo", lease: null });
  expect((await call("submit_task_result", { task, result: "4000" })).isError, "it is not held any more").toBe(true);

  await call("claim_task", { task });
  // Not among the tools an agent is shown first: it is found, and run by its name.
  const found = await call("find_operation", { words: "hand in result" });
  expect(JSON.stringify(found.content)).toContain("submit_task_result");
  const done = await call("submit_task_result", { task, result: "The port is 4000." });
  expect(done).toMatchObject({ isError: false, content: { task: { status: "done" } } });
  const next = await call("wait_for_work", { timeoutSeconds: 5 });
  expect(next.content).toMatchObject({ work: { kind: "task", task: { title: "two" } } });
  const seen = await run(previewContext, org.owner, { task: tasks[1]?.id });
  expect(seen.sections.map(({ text }) => text)).toContain("The port is 4000.");
  await call("submit_task_result", { task: tasks[1]?.id, result: "It listens on it." });
  expect((await run(getPlan, org.owner, { planId: plan.id })).plan).toMatchObject({ tasks: 2, done: 2 });
  await client.close();
});
