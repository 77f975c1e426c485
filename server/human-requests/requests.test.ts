import { expect, test } from "vitest";
import { sql } from "drizzle-orm";
import type { Actor } from "../context.ts";
import { createSession } from "../sessions/operations.ts";
import { changeStatus, assignTask } from "../tasks/operations.ts";
import { createTestAgent, createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { countDeadlocks, workIn } from "../test/work.ts";
import * as operations from "./operations.ts";
import { openAnswers } from "./waiting.ts";

const { runtime: base, db } = await openTestRuntime();
const answers = openAnswers({
  ...base,
  onError: (error) => {
    throw error;
  },
});
const runtime = { ...base, answers };
const { run, addTask, claim, read } = workIn(runtime);

/** An organization in which an agent works on a task. */
async function working() {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const task = await addTask(org);
  await claim(agent, task.id);
  return { org, agent, task };
}
const ask = (actor: Actor, input: Record<string, unknown> = {}) =>
  run(operations.askHuman, actor, { title: "Blue or green?", timeoutSeconds: 0, ...input });
const answer = (actor: Actor, request: string, given: unknown = "Blue") =>
  run(operations.respondToRequest, actor, { request, answer: given });
const clockOf = async (taskId: string) => {
  const [clock] = await db.execute<{ left: number | null; parked: boolean }>(sql`
    select extract(epoch from c.expires_at - clock_timestamp())::float8 as left, c.parked_at is not null as parked
    from leases l join lease_clocks c on c.org_id = l.org_id and c.lease_id = l.id
    where l.task_id = ${taskId} and l.ended_at is null`);
  return clock;
};

test("asking blocks the task and stops its lease's clock; the answer starts both again and says whose it was", async () => {
  const { org, agent, task } = await working();
  const asked = await ask(agent);
  expect(asked).toMatchObject({ status: "pending", answer: null, next: expect.stringContaining(asked.request) });
  expect(await read(agent, task.id)).toMatchObject({ status: "blocked", lease: { expiresAt: null } });
  expect(await clockOf(task.id)).toEqual({ left: null, parked: true });
  const { request } = await answer(org.owner, asked.request);
  expect(request).toMatchObject({ status: "resolved", answer: "Blue", closedBy: { name: "Olivia" } });
  expect((await read(agent, task.id)).status).toBe("in_progress");
  const clock = await clockOf(task.id);
  expect(clock?.parked).toBe(false);
  expect(clock?.left).toBeGreaterThan(10);
  const again = await ask(agent, { request: asked.request });
  expect(again).toMatchObject({ status: "resolved", answer: "Blue", by: "Olivia" });
});

test("what the agent of a person's session asks stands in its team with the session, which only its owner and admins are led to", async () => {
  const org = await createTestOrg(runtime);
  const [owner, colleague] = [
    await createTestMember(runtime, org, "member"),
    await createTestMember(runtime, org, "member"),
  ];
  const { session } = await run(createSession, owner, { teamId: org.teamId, name: "Between us" });
  const asked = await ask({ ...owner, sessionId: session.id });
  const seenBy = async (actor: Actor) => (await run(operations.getRequest, actor, { request: asked.request })).request;
  const led = { teamId: org.teamId, session: { id: session.id, name: "Between us" } };
  expect(await seenBy(owner)).toMatchObject(led);
  expect(await seenBy(org.owner)).toMatchObject(led);
  expect(await seenBy(colleague)).toMatchObject({ title: "Blue or green?", session: null });
});

test("a call that waits comes back with the answer the moment it is given", async () => {
  const { org, agent } = await working();
  const pending = ask(agent, { timeoutSeconds: 20 });
  await expect.poll(() => answers.waiting()).toBeGreaterThan(0);
  const { requests } = await run(operations.getPendingRequests, org.owner, { teamId: org.teamId });
  await answer(org.owner, requests[0]?.id ?? "");
  expect(await pending).toMatchObject({ status: "resolved", answer: "Blue", by: "Olivia" });
});

test("the same question is asked once while it is open, also when it comes ten times at once, with a task and without", async () => {
  const { org, agent, task } = await working();
  for (const input of [{ task: task.id }, { title: "Without a task?" }]) {
    if (!("task" in input)) await run(changeStatus, org.owner, { task: task.id, status: "todo" });
    const all = await Promise.all(Array.from({ length: 10 }, () => ask(agent, input)));
    expect(new Set(all.map(({ request }) => request)).size).toBe(1);
  }
});

test("of 100 racing answers one is accepted, and 99 are told whose and what it was", async () => {
  const { org, agent } = await working();
  const { request } = await ask(agent);
  const people = await Promise.all(
    Array.from({ length: 10 }, (_, n) => createTestMember(runtime, org, "member", `Person ${n}`)),
  );
  const results = await Promise.allSettled(
    Array.from({ length: 100 }, (_, n) => answer(people[n % 10] ?? org.owner, request, `Answer ${n}`)),
  );
  const won = results.flatMap((result) => (result.status === "fulfilled" ? [result.value.request] : []));
  expect(won).toHaveLength(1);
  const lost = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  expect(lost).toHaveLength(99);
  for (const refusal of lost)
    expect(refusal).toMatchObject({
      code: "conflict",
      message: expect.stringContaining(`${won[0]?.closedBy?.name} answered this already`),
      details: { answer: won[0]?.answer, by: won[0]?.closedBy, at: won[0]?.closedAt },
    });
});

test("an answer that does not fit what was asked for is refused by name, and nothing is closed", async () => {
  const { org, agent } = await working();
  const properties = { colour: { type: "string", enum: ["blue", "green"] }, times: { type: "integer", minimum: 1 } };
  const { request } = await ask(agent, { schema: { type: "object", properties, required: ["colour"] } });
  for (const [bad, word] of [
    [{ colour: "red" }, "colour"],
    [{ colour: "blue", times: 0 }, "times"],
    [{ colour: "blue", extra: 1 }, "extra"],
    ["blue", "object"],
    [null, "object"],
  ] as const)
    await expect(answer(org.owner, request, bad)).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringContaining(word),
    });
  expect((await answer(org.owner, request, { colour: "blue", times: 2 })).request.status).toBe("resolved");
  for (const schema of [
    { type: "string", pattern: "(a+)+$" },
    { $ref: "#" },
    { type: "object", properties: { inner: { type: "object", properties: {} } } },
    { type: "object", properties: { __proto__x: { type: "string" } } },
    { type: "object", properties: { a: { type: "string" } }, required: ["b"] },
    { type: "object", properties: { a: { type: "number", minimum: 2, maximum: 1 } } },
    { type: "string", minLength: 2, maxLength: 1 },
    { type: "string", enum: Array.from({ length: 50 }, (_, n) => `${n}`.repeat(250)) },
  ])
    await expect(ask(agent, { title: "Odd", schema })).rejects.toMatchObject({ code: "invalid" });
});

test("agents, viewers and strangers answer nothing, and a key does not grant what was asked for with it", async () => {
  const { org, agent, task } = await working();
  const action = { name: "deploy.production", input: { version: 7 } };
  const { request } = await ask(agent, { kind: "approval", title: "Deploy?", action });
  const manager = await createTestAgent(runtime, org, { role: "manager" });
  const viewer = await createTestMember(runtime, org, "viewer");
  for (const actor of [agent, manager, viewer])
    await expect(answer(actor, request, { approved: true })).rejects.toMatchObject({ code: "forbidden" });
  const elsewhere = await createTestOrg(runtime);
  for (const operation of [operations.respondToRequest, operations.getRequest, operations.withdrawRequestOperation]) {
    const input = operation === operations.respondToRequest ? { request, answer: { approved: true } } : { request };
    await expect(run(operation, elsewhere.owner, input)).rejects.toMatchObject({ code: "not_found" });
  }
  const byKey = { ...org.owner, keyId: "01900000-0000-7000-8000-000000000001" };
  const own = await ask(byKey, { kind: "approval", title: "Mine?", action, task: task.id, blocks: false });
  await expect(answer(byKey, own.request, { approved: true })).rejects.toMatchObject({ code: "forbidden" });
  const policy = { teamId: org.teamId, action: "deploy.*", until: null };
  await expect(run(operations.createApprovalPolicy, byKey, policy)).rejects.toMatchObject({ code: "forbidden" });
  const forGood = { request, answer: { approved: true }, alwaysAllow: { until: null } };
  await expect(run(operations.respondToRequest, byKey, forGood)).rejects.toMatchObject({ code: "forbidden" });
  expect((await answer(org.owner, own.request, { approved: true })).request.status).toBe("resolved");
});

test("an approval holds for exactly its action, and once", async () => {
  const { org, agent } = await working();
  const action = { name: "deploy.production", input: { version: 7, flags: ["a", "b"] } };
  const use = (chosen: unknown) => run(operations.useApproval, agent, { action: chosen });
  await expect(use(action)).rejects.toMatchObject({ code: "forbidden" });
  const { request } = await ask(agent, { kind: "approval", title: "Deploy 7?", action });
  await expect(use(action)).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("Nobody has") });
  await answer(org.owner, request, { approved: true });
  for (const changed of [
    { ...action, input: { ...action.input, version: 8 } },
    { ...action, input: { ...action.input, flags: ["b", "a"] } },
    { ...action, input: {} },
  ])
    await expect(use(changed)).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("differs"),
    });
  const sameInAnotherOrder = { input: { flags: ["a", "b"], version: 7 }, name: "deploy.production" };
  const uses = await Promise.allSettled(Array.from({ length: 10 }, () => use(sameInAnotherOrder)));
  expect(uses.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  await expect(use(action)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("used already"),
  });
  const declined = await ask(agent, { kind: "approval", title: "Deploy 9?", action: { ...action, input: 9 } });
  await answer(org.owner, declined.request, { approved: false, note: "Not on a Friday." });
  await expect(use({ ...action, input: 9 })).rejects.toMatchObject({ message: expect.stringContaining("declined") });
  const other = await createTestAgent(runtime, org);
  await expect(run(operations.useApproval, other, { action })).rejects.toMatchObject({ code: "forbidden" });
});

test("an approval that nobody used for a week has lapsed, and says so; one of six days holds", async () => {
  const { org, agent } = await working();
  const use = (input: number) => run(operations.useApproval, agent, { action: { name: "deploy.production", input } });
  for (const days of [6, 8]) {
    const action = { name: "deploy.production", input: days };
    const { request } = await ask(agent, { kind: "approval", title: `Deploy ${days}?`, action });
    await answer(org.owner, request, { approved: true });
    await db.execute(
      sql`update human_requests set closed_at = closed_at - make_interval(days => ${days}) where id = ${request}`,
    );
  }
  await expect(use(8)).rejects.toMatchObject({ code: "forbidden", message: expect.stringContaining("lapsed") });
  await expect(use(6)).resolves.toMatchObject({ request: { status: "resolved" } });
});

test("a task that stops waiting withdraws its question with the reason; who answers late is told so", async () => {
  for (const end of ["cancelled", "reassigned", "taken up again"] as const) {
    const { org, agent, task } = await working();
    const { request } = await ask(agent);
    if (end === "reassigned") {
      const other = await createTestAgent(runtime, org);
      await run(assignTask, org.owner, { task: task.id, assignee: { kind: "agent", id: other.id } });
    } else {
      const status = end === "cancelled" ? "cancelled" : "in_progress";
      await run(changeStatus, org.owner, { task: task.id, status, reason: `It was ${end}.` });
    }
    await expect(answer(org.owner, request)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/withdrew this at .*(cancelled|reassigned|taken up again)/),
    });
    expect(await ask(agent, { request })).toMatchObject({ status: "withdrawn", answer: null });
    if (end === "taken up again") expect((await clockOf(task.id))?.left).toBeGreaterThan(10);
  }
});

test("with two questions open the task goes on with the last answer, and many are answered in one go", async () => {
  const { org, agent, task } = await working();
  const one = await ask(agent, { title: "One?" });
  const two = await ask(agent, { title: "Two?" });
  await answer(org.owner, one.request);
  expect((await read(agent, task.id)).status).toBe("blocked");
  const done = await run(operations.respondToRequests, org.owner, {
    answers: [
      { request: two.request, answer: "Yes" },
      { request: one.request, answer: "Late" },
      { request: two.request, answer: "Twice" },
    ],
  });
  expect(done.answered).toEqual([two.request]);
  expect(done.refused).toHaveLength(2);
  expect((await read(agent, task.id)).status).toBe("in_progress");
});

test("two answer the same questions in opposite order, and neither waits for the other in a circle", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const before = await countDeadlocks(db);
  for (let round = 0; round < 3; round++) {
    const asked: string[] = [];
    for (let n = 0; n < 20; n++) asked.push((await ask(agent, { title: `Round ${round}, ${n}?` })).request);
    const answers = asked.map((request) => ({ request, answer: "Yes" }));
    const orders = [answers, answers.toReversed()];
    const done = await Promise.all(
      orders.map((order) => run(operations.respondToRequests, org.owner, { answers: order })),
    );
    expect(done.flatMap(({ answered }) => answered).toSorted()).toEqual(asked.toSorted());
  }
  expect(await countDeadlocks(db)).toBe(before);
});

test("what holds up more comes first, and says how much", async () => {
  const org = await createTestOrg(runtime);
  const agents = await Promise.all([1, 2, 3].map(() => createTestAgent(runtime, org)));
  const tasks = [];
  for (let n = 0; n < 3; n++) tasks.push(await addTask(org, { title: `Task ${n}` }));
  const [first, second, third] = tasks.map(({ id }) => id);
  const chain = await addTask(org, { dependsOn: [second ?? ""] });
  await addTask(org, { dependsOn: [chain.id], assignee: { kind: "agent", id: agents[2]?.id } });
  await addTask(org, { dependsOn: [chain.id, second ?? ""] });
  for (const [n, task] of [first, second, third].entries()) await claim(agents[n] ?? org.owner, task ?? "");
  for (const [n, agent] of agents.entries()) await ask(agent, { title: `Question ${n}`, blocks: n < 2 });
  const { requests, total } = await run(operations.getPendingRequests, org.owner, { teamId: org.teamId });
  expect(total).toBe(3);
  expect(requests.map(({ title, cost }) => [title, cost?.words])).toEqual([
    ["Question 1", "blocks 4 tasks and 2 agents"],
    ["Question 0", "blocks 1 task and 1 agent"],
    ["Question 2", "1 agent may wait"],
  ]);
  expect(requests[0]?.cost?.criticalPath).toBe(3);
});

test("the inbox ranks questions, reviews no agent gives, merges by hand and failures in one list", async () => {
  const { org, agent } = await working();
  await ask(agent, { title: "First?" });
  const { addTaskIn, dependOn } = workIn(runtime);
  const [failed, review, approval] = [
    await addTaskIn(org, "failed"),
    await addTaskIn(org, "in_review"),
    await addTaskIn(org, "in_approval"),
  ];
  for (let n = 0; n < 3; n++) await dependOn(org.owner, (await addTask(org)).id, failed.id);
  const { items, total } = await run(operations.listWaitingOperation, org.owner, {});
  expect(total).toBe(4);
  expect(items.map(({ request, decision }) => request?.title ?? decision?.kind)).toEqual([
    "failed",
    "First?",
    "in_review",
    "in_approval",
  ]);
  expect(items[0]?.decision?.cost).toMatchObject({ tasks: 4, words: "blocks 4 tasks" });
  expect([review.id, approval.id]).toEqual(items.slice(2).map(({ id }) => id));
  const reviewer = await createTestAgent(runtime, org, { role: "reviewer" });
  const later = await run(operations.listWaitingOperation, org.owner, { teamId: org.teamId });
  expect(
    later.items.map(({ decision }) => decision?.kind),
    `${reviewer.name} reviews`,
  ).not.toContain("in_review");
});
