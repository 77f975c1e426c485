import { sql } from "drizzle-orm";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { type Actor, systemActor } from "#server/context.ts";
import { record } from "#server/events/record.ts";
import { startWake } from "#server/events/wake.ts";
import { inTransaction } from "#server/execute.ts";
import { claimBest, type Grant } from "#server/leases/service.ts";
import { createTaskInput } from "#server/tasks/schema.ts";
import { createTasks } from "#server/tasks/service.ts";
import { createTeam } from "#server/teams/service.ts";
import { as, createTestAgent, createTestOrg, openTestRuntime, type TestOrg } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { finishTasks } from "./finish.ts";
import { inTurns, startTurns } from "./turns.ts";

const { runtime: base, db, sql: client, url } = await openTestRuntime();
// Hints only, no poll, so that a look that was forgotten shows.
const wake = await startWake({ url, sql: client, pollSeconds: 60 });
afterAll(() => wake.close());
const runtime = { ...base, wake };
const { addTask, move, read, claim, bring } = workIn(runtime);
const onError = (error: unknown) => {
  throw error;
};

/** An organization whose work ends with the test: a dispatcher works for all there are. */
async function openOrg(options?: { maxConcurrent: number }): Promise<TestOrg> {
  const org = await createTestOrg(runtime, options);
  onTestFinished(() =>
    as(runtime, org.owner, (context) =>
      record(context, "organization.paused", [{ subject: org.orgId, data: { reason: "The test is over." } }]),
    ),
  );
  return org;
}

/** Another team of the organization, for the same helpers. */
async function addTeam(org: TestOrg, maxConcurrent: number): Promise<TestOrg> {
  const team = await as(runtime, org.owner, (context) => createTeam(context, { name: "Other", maxConcurrent }));
  return { ...org, ...team };
}
const addTasks = (org: TestOrg, count: number) =>
  as(runtime, org.owner, (context) =>
    createTasks(
      context,
      Array.from({ length: count }, (_, n) => createTaskInput.parse({ teamId: org.teamId, title: `${n}` })),
    ),
  );
const addAgents = (org: TestOrg, count: number, slots = 1) =>
  Promise.all(Array.from({ length: count }, () => createTestAgent(runtime, org, { runtime: "model", slots })));

/** Ends its turns only when it is told to, so that the test decides how many run at once. */
function createHolder() {
  const grants: Grant[] = [];
  const held = new Map<string, () => void>();
  return {
    grants,
    driver: (grant: Grant) => {
      grants.push(grant);
      return new Promise<undefined>((resolve) => held.set(grant.taskId, () => resolve(undefined)));
    },
    end(taskId: string) {
      held.get(taskId)?.();
      held.delete(taskId);
    },
    endAll() {
      for (const taskId of [...held.keys()]) this.end(taskId);
    },
  };
}

test("3 dispatchers on one database: never more turns than each may, every task once, and all of them done", {
  timeout: 60_000,
}, async () => {
  const org = await openOrg({ maxConcurrent: 100 });
  await addAgents(org, 12, 3);
  const started: string[] = [];
  let most = 0;
  const dispatchers = [1, 2, 3].map(() => {
    let running = 0;
    return startTurns(runtime, {
      limit: 5,
      onError,
      drivers: {
        model: async (grant) => {
          started.push(grant.taskId);
          most = Math.max(most, ++running);
          await Promise.resolve();
          running--;
          return "finished";
        },
      },
    });
  });
  const ids = await addTasks(org, 60);
  await vi.waitFor(() => expect(started).toHaveLength(60), 40_000);
  await Promise.all(dispatchers.map((dispatcher) => dispatcher.stop()));
  expect(started.toSorted()).toEqual(ids.toSorted());
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(5);
  const [now] = await db.execute(sql`select count(*) filter (where status = 'done')::int as done,
    (select count(*)::int from leases where org_id = ${org.orgId} and ended_at is null) as live from tasks where org_id = ${org.orgId}`);
  expect(now).toEqual({ done: 60, live: 0 });
});

test("a worker holds exactly as many turns as it may, and starts the next when one ends", async () => {
  const org = await openOrg();
  await addAgents(org, 6);
  await addTasks(org, 6);
  const holder = createHolder();
  const turns = startTurns(runtime, { limit: 4, onError, drivers: { model: holder.driver } });
  wake.announce("task_status_changed", org.orgId);
  await vi.waitFor(() => expect(turns.running()).toBe(4), 15_000);
  holder.end(holder.grants[0]?.taskId ?? "");
  await vi.waitFor(() => expect(holder.grants).toHaveLength(5), 15_000);
  expect(turns.running()).toBe(4);
  const stopped = turns.stop();
  holder.endAll();
  await stopped;
  expect(holder.grants).toHaveLength(5);
});

test("a team with one task is not starved by a team with 200", async () => {
  const big = await openOrg({ maxConcurrent: 100 });
  const small = await addTeam(big, 100);
  await addAgents(big, 20);
  await addAgents(small, 1);
  await addTasks(big, 200);
  const [only] = await addTasks(small, 1);
  const holder = createHolder();
  const turns = startTurns(runtime, { limit: 4, onError, drivers: { model: holder.driver } });
  wake.announce("task_status_changed", big.orgId);
  await vi.waitFor(() => expect(holder.grants.map(({ taskId }) => taskId)).toContain(only), 15_000);
  expect(holder.grants.length).toBeLessThanOrEqual(4);
  const stopped = turns.stop();
  holder.endAll();
  await stopped;
});

test("a team that works on as many tasks as it may does not stand in the way of another", async () => {
  const full = await openOrg({ maxConcurrent: 1 });
  const free = await addTeam(full, 10);
  await addAgents(full, 5);
  await addAgents(free, 1);
  await addTasks(full, 50);
  const holder = createHolder();
  const turns = startTurns(runtime, { limit: 2, onError, drivers: { model: holder.driver } });
  wake.announce("task_status_changed", full.orgId);
  await vi.waitFor(() => expect(holder.grants).toHaveLength(1), 15_000);
  for (let n = 0; n < 3; n++) {
    const [id] = await addTasks(free, 1);
    await vi.waitFor(() => expect(holder.grants.at(-1)?.taskId).toBe(id), 15_000);
    await move(free.owner, id ?? "", "todo");
    await move(free.owner, id ?? "", "cancelled");
    holder.end(id ?? "");
    await vi.waitFor(() => expect(turns.running()).toBe(1), 15_000);
  }
  const stopped = turns.stop();
  holder.endAll();
  await stopped;
});

test("the round of teams begins with another team each time", () => {
  const all = ["a", "a", "a", "b", "c", "c"].map((teamId) => ({ teamId }));
  const names = (offset?: number) =>
    inTurns(all, offset)
      .map(({ teamId }) => teamId)
      .join("");
  expect([names(), names(1), names(2)]).toEqual(["abcaca", "bcacaa", "cabcaa"]);
});

test("a turn whose lease ended changes nothing, also in a batch with the turn that took its place", async () => {
  const org = await openOrg();
  const [old, next] = [await createTestAgent(runtime, org), await createTestAgent(runtime, org)];
  const task = await addTask(org);
  const dependent = await addTask(org, { dependsOn: [task.id] });
  const grab = async (agent: Actor) => {
    const grant = await as(runtime, agent, claimBest);
    if (!grant) throw new Error("nothing was ready");
    return grant;
  };
  const system = systemActor("", "dispatcher");
  const finish = (...grants: Grant[]) =>
    inTransaction(runtime, system, { requestId: "test", system: true }, (context) => finishTasks(context, grants));
  const stale = await grab(old);
  await move(org.owner, task.id, "todo");
  expect(await finish(stale)).toEqual(new Set());
  expect((await read(org.owner, task.id)).status).toBe("todo");
  const live = await grab(next);
  expect(await finish(stale, live)).toEqual(new Set([live.leaseId]));
  expect(await read(org.owner, task.id)).toMatchObject({ status: "done", lease: null });
  expect((await read(org.owner, dependent.id)).openDependencies).toBe(0);
  expect(await finish(live)).toEqual(new Set());
  await claim(next, dependent.id);
  await bring(org.owner, (await addTask(org)).id, "done");
});
