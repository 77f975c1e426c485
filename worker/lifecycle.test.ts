import pino from "pino";
import { afterAll, expect, test } from "vitest";
import { listActivity } from "#server/events/operations.ts";
import { sendMessageOperation } from "#server/messages/operations.ts";
import { getTaskEvents } from "#server/tasks/operations.ts";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestAgent, createTestOrg } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { until } from "./realtime/test/harness.ts";
import { startRelay } from "./relay.ts";
import { openPage, startHost } from "./test/live.ts";

const lines: Record<string, unknown>[] = [];
const log = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
const { runtime, address, keyOf, url } = await openTestDoors({}, log);
const { run, bring, move, addTask } = workIn(runtime);
const host = await startHost();
const relay = startRelay(runtime, { url, push: host.push, isEmbedded: true, onError: () => {} });
afterAll(() => relay.stop());

const traceId = (letter: string) => letter.repeat(32);
const traceparent = (letter: string) => `00-${traceId(letter)}-${"1".repeat(16)}-01`;

/** One call as any MCP client sends it. */
async function callTool(key: string, name: string, input: object, meta: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${address}/mcp`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2025-11-25",
      ...headers,
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name, arguments: input, _meta: meta },
    }),
  });
  const { result } = await response.json();
  return { requestId: response.headers.get("x-request-id"), result: result.structuredContent };
}

test("one id leads from an MCP call to its answer, log line, events, the agent it set to work, and the frames in a browser", async () => {
  const org = await createTestOrg(runtime);
  const [manager, engineer] = [
    await createTestAgent(runtime, org, { role: "manager" }),
    await createTestAgent(runtime, org),
  ];
  const [managerKey, engineerKey] = [await keyOf(org, manager), await keyOf(org, engineer)];
  const { page } = await openPage(runtime, host, org.owner, org.teamId);
  await until("the page to be live", () => page.state === "live");
  const waiting = callTool(engineerKey, "wait_for_work", { timeoutSeconds: 20 }, {});
  await until("the engineer to wait", () => (runtime.parking?.waiting() ?? 0) > 0);

  const made = await callTool(
    managerKey,
    "create_task",
    { teamId: org.teamId, title: "Trace me" },
    { traceparent: traceparent("a") },
  );
  expect(made.requestId).toBe(traceId("a"));
  const { work } = (await waiting).result;
  expect(work.task.id).toBe(made.result.task.id);

  await until("the log line", () => lines.some(({ requestId }) => requestId === traceId("a")));
  expect(lines.find(({ requestId }) => requestId === traceId("a"))).toMatchObject({ path: "/mcp", status: 200 });
  const { events } = await run(getTaskEvents, org.owner, { task: work.task.id });
  expect(events.map(({ type, correlationId, actor, cause }) => [type, correlationId, actor.id, cause?.type])).toEqual([
    ["task.claimed", traceId("a"), engineer.id, "task.created"],
    ["task.created", traceId("a"), manager.id, undefined],
  ]);
  expect(events[0]?.cause).toMatchObject({ seq: events[1]?.seq, taskNumber: made.result.task.number });
  const activity = await run(listActivity, org.owner, { correlationId: traceId("a") });
  expect(activity.events.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  await until("both frames", () => page.frames.length >= 2);
  expect(page.frames.map(({ type, correlationId }) => [type, correlationId])).toEqual([
    ["task.created", traceId("a")],
    ["task.claimed", traceId("a")],
  ]);
});

test("a refusal is found by the trace too, the header counts like the body, and nonsense is no trace", async () => {
  const org = await createTestOrg(runtime);
  const key = await keyOf(org);
  const refused = await callTool(key, "get_task", { task: "#4711" }, { traceparent: traceparent("b") });
  expect(refused).toMatchObject({ requestId: traceId("b"), result: { error: { requestId: traceId("b") } } });
  const byHeader = await callTool(key, "ping", {}, {}, { traceparent: traceparent("c") });
  expect(byHeader.requestId).toBe(traceId("c"));
  for (const nonsense of [
    `00-${"0".repeat(32)}-${"1".repeat(16)}-01`,
    `ff-${traceId("d")}-${"1".repeat(16)}-01`,
    "x\n",
    5,
  ]) {
    const { requestId } = await callTool(key, "ping", {}, { traceparent: nonsense });
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test("a task that was waited for says why the next one was taken up, and a message why it was handed over", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const first = await addTask(org);
  await bring(org.owner, first.id, "in_review");
  const second = await addTask(org, { dependsOn: [first.id] });
  const key = await keyOf(org, agent);
  const waiting = callTool(key, "wait_for_work", { timeoutSeconds: 20 }, {});
  await until("the agent to wait", () => (runtime.parking?.waiting() ?? 0) > 0);
  await move(org.owner, first.id, "done");
  expect((await waiting).result.work.task.id).toBe(second.id);
  const [claimed] = (await run(getTaskEvents, org.owner, { task: second.id })).events;
  const [done] = (await run(getTaskEvents, org.owner, { task: first.id })).events;
  expect(claimed).toMatchObject({
    type: "task.claimed",
    correlationId: done?.correlationId,
    cause: { seq: done?.seq, type: "task.status_changed", to: "done", taskNumber: first.number },
  });

  const to = { kind: "agent", id: agent.id };
  const { message } = await run(sendMessageOperation, org.owner, { to, body: "Well done." });
  await callTool(key, "wait_for_work", { timeoutSeconds: 5 }, {});
  const { events } = await run(listActivity, org.owner, {
    teamId: org.teamId,
    types: ["message.delivered", "message.sent"],
  });
  expect(events[0]).toMatchObject({
    type: "message.delivered",
    subjectId: message.id,
    correlationId: events[1]?.correlationId,
    cause: { seq: events[1]?.seq, type: "message.sent" },
  });
});
