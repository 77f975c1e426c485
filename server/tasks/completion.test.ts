import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import { afterAll, expect, test, vi } from "vitest";
import { createApiKey, revokeApiKey } from "../api-keys/operations.ts";
import { startWake } from "../events/wake.ts";
import { execute } from "../execute.ts";
import { createTestAgent, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { lookForCompletion } from "./completion.ts";
import { archiveTask, waitForTaskCompletion } from "./operations.ts";

const { runtime: base, db, sql: client, url } = await openTestRuntime();
// Hints only, no poll: what is told late would otherwise be found by accident.
const wake = await startWake({ url, sql: client, pollSeconds: 60 });
afterAll(() => wake.close());
const statements: string[] = [];
const runtime = { ...base, wake, db: drizzle({ client, logger: { logQuery: (query) => statements.push(query) } }) };
const { run, addTask, bring, move, addTaskIn } = workIn(runtime);
const wait = (actor: Parameters<typeof run>[1], input: object) =>
  run(waitForTaskCompletion, actor, { timeoutSeconds: 20, ...input });

test("whoever waits for tasks hears at once when the last of them is over, or the first, whichever was asked", async () => {
  const org = await createTestOrg(runtime);
  const manager = await createTestAgent(runtime, org, { role: "manager" });
  const [one, two] = [await addTask(org), await addTask(org)];
  const tasks = [one.id, `#${two.number}`];
  const [all, any] = [wait(manager, { tasks }), wait(manager, { tasks, until: "any" })];
  await bring(org.owner, two.id, "done");
  expect(await any).toMatchObject({
    finished: true,
    tasks: [{ status: "todo" }, { number: two.number, status: "done" }],
  });
  await bring(org.owner, one.id, "in_progress");
  await move(org.owner, one.id, "failed");
  expect(await all).toMatchObject({ finished: true, tasks: [{ status: "failed" }, { status: "done" }] });
});

test("what is over already is answered at once, also when it was archived since", async () => {
  const org = await createTestOrg(runtime);
  const done = await addTaskIn(org, "done");
  await run(archiveTask, org.owner, { task: done.id });
  expect(await wait(org.owner, { tasks: [done.id], timeoutSeconds: 0 })).toMatchObject({
    finished: true,
    tasks: [{ id: done.id, status: "done", mergeCommit: null }],
  });
});

test("at the end of the time it is told how the tasks stand, and one call may wait for 50 of them", async () => {
  const org = await createTestOrg(runtime);
  const tasks = await Promise.all(Array.from({ length: 50 }, () => addTask(org)));
  const refs = tasks.map(({ id }) => id);
  const answer = await wait(org.owner, { tasks: refs, timeoutSeconds: 1 });
  expect(answer).toMatchObject({ finished: false });
  expect(answer.tasks.map(({ status }) => status)).toEqual(refs.map(() => "todo"));
  await expect(wait(org.owner, { tasks: [...refs, refs[0]] })).rejects.toMatchObject({ code: "invalid" });
  await expect(wait(org.owner, { tasks: refs, timeoutSeconds: 3_601 })).rejects.toMatchObject({ code: "invalid" });
  await expect(wait(org.owner, { tasks: ["#4711"] })).rejects.toMatchObject({ code: "not_found" });
});

test("what was decided is plain JSON, from which any process finds the answer later", async () => {
  const org = await createTestOrg(runtime);
  const task = await addTask(org);
  const awaited = {
    taskIds: [task.id],
    until: "all" as const,
    deadline: new Date(Date.now() + 60_000).toISOString(),
  };
  const kept: typeof awaited = JSON.parse(JSON.stringify(awaited));
  expect(await lookForCompletion(base, org.owner, kept)).toBeUndefined();
  await bring(org.owner, task.id, "done");
  expect(await lookForCompletion(base, org.owner, kept)).toMatchObject({ finished: true });
  const late = { ...kept, taskIds: [(await addTask(org)).id], deadline: new Date(0).toISOString() };
  expect(await lookForCompletion(base, org.owner, late)).toMatchObject({
    finished: false,
    tasks: [{ status: "todo" }],
  });
});

test("100 that wait cost one query a wake-up; who hangs up or whose key ends waits no longer", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const task = await addTask(org);
  const leave = new AbortController();
  const input = { tasks: [task.id], timeoutSeconds: 30 };
  const waiting = Array.from({ length: 100 }, () =>
    execute(waitForTaskCompletion, runtime, agent, input, { requestId: "test", signal: leave.signal }).catch(
      ({ code }) => code,
    ),
  );
  const { apiKey } = await run(createApiKey, org.owner, { name: "key", agentId: agent.id });
  const keyed = wait({ ...agent, keyId: apiKey.id }, input).catch(({ code }) => code);
  const quiet = () =>
    vi.waitFor(async () => {
      const before = statements.length;
      await db.execute(sql`select pg_sleep(0.1)`);
      expect(statements.length).toBe(before);
    }, 5_000);
  await quiet();
  statements.length = 0;
  wake.announce("task_status_changed", org.orgId);
  await vi.waitFor(() => expect(statements.filter((query) => query.includes("from tasks")).length).toBe(1), 5_000);
  await quiet();
  expect(statements.filter((query) => !query.includes("set_config")).length).toBeLessThanOrEqual(2);
  await run(revokeApiKey, org.owner, { apiKeyId: apiKey.id });
  expect(await keyed).toBe("unauthenticated");
  leave.abort();
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(["unavailable"]));
});
