import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { systemActor } from "#server/context.ts";
import { execute, inTransaction } from "#server/execute.ts";
import { listRequests, respondToRequest } from "#server/human-requests/operations.ts";
import { trimOutlived } from "#server/retention/service.ts";
import { changeStatus, createTask } from "#server/tasks/operations.ts";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestAgent, createTestOrg } from "#server/test/fixtures.ts";
import { speak } from "../test/speak.ts";
import { TASKS } from "./extension.ts";

const { runtime, address, keyOf, db } = await openTestDoors();
// A second web process on the same database: what one begins the other must be able to finish.
const other = await openTestDoors({ DATABASE_URL: runtime.config.databaseUrl ?? "" });
const url = new URL("/mcp", address);
const otherUrl = new URL("/mcp", other.address);
const takesTasks = { extensions: { [TASKS]: {} } };
const org = await createTestOrg(runtime);

async function newcomer(capabilities: Record<string, unknown> = takesTasks) {
  const agent = await createTestAgent(runtime, org);
  const key = await keyOf(org, agent);
  return { agent, key, say: speak(url, key, capabilities), sayToOther: speak(otherUrl, key, capabilities) };
}
const ask = { name: "ask_human", arguments: { title: "Blue or green?" } };
const run = <Input extends object>(operation: Parameters<typeof execute>[0], input: Input) =>
  execute(operation, runtime, org.owner, input, { requestId: "test" });

async function answer(request: unknown, words = "Blue") {
  await run(respondToRequest, { request, answer: words });
}
const pendingOf = async (agentId: string) => {
  const { requests } = (await run(listRequests, { status: ["pending"] })) as {
    requests: { id: string; askedBy: { id: string } }[];
  };
  return requests.find(({ askedBy }) => askedBy.id === agentId)?.id;
};

test("a question becomes a task; another web process brings the answer when a person gave it", async () => {
  const { agent, say, sayToOther } = await newcomer();
  const { result: task } = await say("tools/call", ask);
  expect(task).toMatchObject({ resultType: "task", status: "working", ttlMs: expect.any(Number) });
  const { taskId } = task;
  expect((await sayToOther("tasks/get", { taskId })).result).toMatchObject({
    resultType: "complete",
    status: "working",
  });
  await answer(await pendingOf(agent.id));
  const { result: done } = await sayToOther("tasks/get", { taskId });
  expect(done).toMatchObject({
    status: "completed",
    result: { structuredContent: { status: "resolved", answer: "Blue", by: "Olivia" } },
  });
  expect((await say("tasks/get", { taskId })).result.result).toEqual(done.result);
});

test("what is over at once is answered at once, and a client that takes no tasks is answered without one", async () => {
  const { say, key } = await newcomer();
  const { task } = (await run(createTask, { teamId: org.teamId, title: "Over" })) as { task: { number: number } };
  const call = { name: "wait_for_task_completion", arguments: { tasks: [String(task.number)], timeoutSeconds: 0 } };
  expect((await say("tools/call", call)).result.resultType).not.toBe(undefined);
  await run(changeStatus, { task: String(task.number), status: "cancelled" });
  const { result } = await say("tools/call", call);
  expect(result).toMatchObject({ resultType: "complete", structuredContent: expect.anything() });
  const plain = await speak(url, key)("tools/call", { ...ask, arguments: { ...ask.arguments, timeoutSeconds: 0 } });
  expect(plain.result).toMatchObject({ resultType: "complete", structuredContent: { status: "pending" } });
  expect((await speak(url, key)("tasks/get", { taskId: "x" })).error).toMatchObject({ code: -32021 });
});

test("a task is its key's own: to another key and another organization it is unknown", async () => {
  const { say, agent } = await newcomer();
  const { taskId } = (await say("tools/call", ask)).result;
  const foreign = await createTestOrg(runtime);
  const strangers = [
    await newcomer(),
    { say: speak(url, await keyOf(org, agent), takesTasks) },
    { say: speak(url, await keyOf(foreign), takesTasks) },
  ];
  const missing = await say("tasks/get", { taskId: "0195f6a0-0000-7000-8000-000000000000" });
  for (const { say: sayAs } of strangers)
    for (const method of ["tasks/get", "tasks/cancel", "tasks/update"])
      expect((await sayAs(method, { taskId, inputResponses: {} })).error).toEqual(missing.error);
  expect(missing.error.code).toBe(-32602);
  expect((await say("tasks/get", { taskId: "no id" })).error).toEqual(missing.error);
});

test("a cancelled task stays cancelled, however its question ends; cancelling twice is no fault", async () => {
  const { agent, say } = await newcomer();
  const { taskId } = (await say("tools/call", ask)).result;
  for (let time = 0; time < 2; time++) expect((await say("tasks/cancel", { taskId })).error).toBeUndefined();
  await answer(await pendingOf(agent.id));
  expect((await say("tasks/get", { taskId })).result).toMatchObject({ status: "cancelled" });
});

test("what the caller did wrong is a tool's refusal and makes no task", async () => {
  const { say } = await newcomer();
  const before = await db.execute(sql`select id from mcp_tasks`);
  const { result } = await say("tools/call", { name: "ask_human", arguments: { title: "" } });
  expect(result).toMatchObject({ isError: true, structuredContent: { error: { code: "invalid" } } });
  expect(await db.execute(sql`select id from mcp_tasks`)).toHaveLength(before.length);
});

test("a client that can ask its person is given the question with the task, and its answer counts", async () => {
  const { say, agent } = await newcomer({ ...takesTasks, elicitation: {} });
  const { taskId, status } = (await say("tools/call", ask)).result;
  expect(status).toBe("input_required");
  const { result } = await say("tasks/get", { taskId });
  expect(result).toMatchObject({
    inputRequests: { answer: { method: "elicitation/create", params: { message: "Blue or green?" } } },
  });
  const inputResponses = { answer: { action: "accept", content: { answer: "Green" } } };
  await say("tasks/update", { taskId, inputResponses });
  expect((await say("tasks/get", { taskId })).result).toMatchObject({
    status: "completed",
    result: { structuredContent: { status: "resolved", answer: "Green", by: agent.name } },
  });
});

test("what a client answers has an end: too much is refused in words, and nothing of it is kept", async () => {
  const { say } = await newcomer({ ...takesTasks, elicitation: {} });
  const { taskId } = (await say("tools/call", ask)).result;
  const inputResponses = { answer: { action: "accept", content: { answer: "x".repeat(70_000) } } };
  const { error } = await say("tasks/update", { taskId, inputResponses });
  expect(error).toMatchObject({ code: -32602, message: expect.stringContaining("fewer words") });
  const [row] = await db.execute(sql`select responses from mcp_tasks where id = ${taskId}`);
  expect(row).toEqual({ responses: {} });
  expect((await say("tasks/get", { taskId })).result.status).toBe("input_required");
});

test("a client that declines is not asked again, and people elsewhere still answer", async () => {
  const { say, agent } = await newcomer({ ...takesTasks, elicitation: {} });
  const { taskId } = (await say("tools/call", ask)).result;
  await say("tasks/update", { taskId, inputResponses: { answer: { action: "decline" } } });
  expect((await say("tasks/get", { taskId })).result).toMatchObject({ status: "working" });
  await answer(await pendingOf(agent.id));
  expect((await say("tasks/get", { taskId })).result).toMatchObject({
    status: "completed",
    result: { structuredContent: { answer: "Blue", by: "Olivia" } },
  });
});

test("many that look at once agree on one outcome", async () => {
  const { agent, say, sayToOther } = await newcomer();
  const { taskId } = (await say("tools/call", ask)).result;
  await answer(await pendingOf(agent.id));
  const looks = await Promise.all(
    Array.from({ length: 12 }, (_, n) => (n % 2 ? say : sayToOther)("tasks/get", { taskId })),
  );
  for (const { result } of looks) expect(result).toEqual(looks[0]?.result);
  expect(looks[0]?.result).toMatchObject({ status: "completed" });
});

test("what outlived its time is unknown, and the trim removes it", async () => {
  const { say } = await newcomer();
  const { taskId } = (await say("tools/call", ask)).result;
  await db.execute(sql`update mcp_tasks set expires_at = now() - interval '1 second' where id = ${String(taskId)}`);
  expect((await say("tasks/get", { taskId })).error.code).toBe(-32602);
  await inTransaction(runtime, systemActor("", "test"), { requestId: "test", system: true }, trimOutlived);
  await vi.waitFor(
    async () => expect(await db.execute(sql`select 1 from mcp_tasks where id = ${String(taskId)}`)).toHaveLength(0),
    15_000,
  );
});
