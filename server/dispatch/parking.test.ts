import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import { afterAll, expect, test, vi } from "vitest";
import { openClient } from "#db/client.ts";
import { createApiKey, revokeApiKey } from "../api-keys/operations.ts";
import type { Actor } from "../context.ts";
import { record } from "../events/record.ts";
import { startWake } from "../events/wake.ts";
import { newId } from "../ids.ts";
import { requestReviewOperation } from "../reviews/operations.ts";
import { createTaskInput } from "../tasks/schema.ts";
import { createTasks } from "../tasks/service.ts";
import { as, createTestAgent, createTestOrg, openTestRuntime, type TestOrg } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { waitForWork } from "./operations.ts";
import { openParking } from "./parking.ts";

const { runtime: base, db, sql: client, url } = await openTestRuntime();
// Hints only, no poll: what is handed out late would otherwise be found by accident.
const wake = await startWake({ url, sql: client, pollSeconds: 60 });
const statements: string[] = [];
const ownClient = openClient(url, { poolSize: 2 });
const parking = openParking({
  db: drizzle({ client: ownClient, logger: { logQuery: (query) => statements.push(query) } }),
  wake,
  settings: base.settings,
  onError: (error) => {
    throw error;
  },
});
const runtime = { ...base, wake, parking };
const { run, addTask, claim, move, read } = workIn(runtime);
afterAll(async () => {
  parking.close();
  await wake.close();
  await ownClient.end();
});

const seat = (actor: Actor) => ({
  orgId: actor.orgId,
  teamId: actor.agent?.teamId ?? "",
  agentId: actor.id,
  reviews: actor.role === "reviewer",
  keyId: actor.keyId,
});
const park = (actor: Actor, timeoutSeconds = 15, signal?: AbortSignal) =>
  parking.park(seat(actor), { timeoutSeconds, signal });
const wait = async (actor: Actor, timeoutSeconds = 0) => (await run(waitForWork, actor, { timeoutSeconds })).work;

async function addAgents(org: TestOrg, count: number): Promise<Actor[]> {
  const pattern = await createTestAgent(runtime, org);
  const ids = Array.from({ length: count }, () => newId());
  const data = { role: "engineer", runtime: "scripted", isDefault: false, slots: 1, leaseSeconds: null } as const;
  await as(runtime, org.owner, (context) =>
    record(
      context,
      "agent.created",
      ids.map((subject) => ({ subject, team: org.teamId, data: { ...data, name: subject } })),
    ),
  );
  return ids.map((id) => ({ ...pattern, id, name: id }));
}

test("300 waiters and 200 tasks: each task is handed out once, the urgent ones first, and an idle wake-up costs one query", async () => {
  const org = await createTestOrg(runtime, { maxConcurrent: 500 });
  const agents = await addAgents(org, 300);
  const leave = new AbortController();
  const offers = Promise.all(agents.map((agent) => park(agent, 15, leave.signal)));
  await vi.waitFor(() => expect(parking.waiting()).toBe(300), 15_000);
  // Let the look that the arrivals caused end, then wake them all with nothing to do.
  await vi.waitFor(async () => {
    const before = statements.length;
    await db.execute(sql`select pg_sleep(0.1)`);
    expect(statements.length).toBe(before);
  }, 5_000);
  statements.length = 0;
  const asked = () => statements.filter((query) => !query.includes("set_config")).length;
  for (let wakeUp = 1; wakeUp <= 5; wakeUp++) {
    wake.announce("task_status_changed", org.orgId);
    await vi.waitFor(() => expect(asked()).toBe(wakeUp), 5_000);
  }

  const levels = ["low", "medium", "high", "critical"] as const;
  const inputs = Array.from({ length: 200 }, (_, n) =>
    createTaskInput.parse({ teamId: org.teamId, title: `${n}`, priority: levels[n % 4] }),
  );
  const ids = await as(runtime, org.owner, (context) => createTasks(context, inputs));
  await vi.waitFor(() => expect(parking.waiting()).toBe(100), 10_000);
  leave.abort();
  const given = (await offers).flatMap((offer) => (offer && "taskId" in offer ? [offer.taskId] : []));
  expect(given.toSorted()).toEqual(ids.toSorted());
  const rounds = await db.execute<{
    first: number;
    last: number;
  }>(sql`select min(t.queue_rank) as first, max(t.queue_rank) as last
    from leases l join tasks t on t.org_id = l.org_id and t.id = l.task_id where l.org_id = ${org.orgId}
    group by l.started_at order by l.started_at`);
  expect(rounds.length).toBeLessThan(10);
  for (const [n, { first }] of rounds.entries()) expect(first).toBeGreaterThanOrEqual(rounds[n - 1]?.last ?? 0);
});

test("who hung up while being chosen loses nothing: the lease is given back and the next waiter has the task", async () => {
  const org = await createTestOrg(runtime);
  const [gone, next] = [await createTestAgent(runtime, org), await createTestAgent(runtime, org)];
  const hangUp = new AbortController();
  const offer = park(gone, 15, hangUp.signal);
  const reserved = await client.reserve();
  await reserved`begin`;
  await reserved`select 1 from agents where id = ${gone.id} for update`;
  const [taskId] = await as(runtime, org.owner, (context) =>
    createTasks(context, [createTaskInput.parse({ teamId: org.teamId, title: "Prize" })]),
  );
  await vi.waitFor(async () => {
    const stuck = await db.execute(sql`select 1 from pg_stat_activity where wait_event_type = 'Lock'
      and datname = current_database() and query like '%pick_tasks%'`);
    expect(stuck).toHaveLength(1);
  }, 5_000);
  hangUp.abort();
  expect(await offer).toBeUndefined();
  const served = park(next);
  await reserved`commit`;
  reserved.release();
  expect(await served).toMatchObject({ kind: "task", taskId });
  expect((await read(org.owner, taskId ?? "")).lease?.holder.id).toBe(next.id);
});

test("who waits with a key that is revoked is turned away, and is given nothing that becomes ready later", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const issue = async () => (await run(createApiKey, org.owner, { name: "key", agentId: agent.id })).apiKey.id;
  const [revoked, kept] = [await issue(), await issue()];
  const withKey = (keyId: string) => park({ ...agent, keyId });
  const [ended, served] = [withKey(revoked), withKey(kept)];
  const turnedAway = ended.catch((error: unknown) => error);
  await run(revokeApiKey, org.owner, { apiKeyId: revoked });
  expect(await turnedAway).toMatchObject({ code: "unauthenticated" });
  const task = await addTask(org);
  expect(await served).toMatchObject({ taskId: task.id });
});

test("an agent that died with a lease gets the same lease back, not another task", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  await addTask(org);
  await addTask(org);
  const first = await wait(agent);
  const again = await wait(agent);
  if (first?.kind !== "task" || again?.kind !== "task") throw new Error("no task was given");
  expect(again.lease.id).toBe(first.lease.id);
  await move(org.owner, first.task.id, "todo");
  expect(await wait(agent)).toMatchObject({ kind: "task", task: { number: first.task.number } });
});

test("an agent with slots to spare is reminded of a lease whose answer was lost", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org, { slots: 2 });
  const ask = () => run(waitForWork, agent, { timeoutSeconds: 0 });
  const lost = await addTask(org);
  const { work } = await ask();
  if (work?.kind !== "task") throw new Error("no task was given");
  const reminder = { lease: work.lease.id, number: lost.number, title: lost.title, waitsForAnswer: false };
  expect(await ask()).toEqual({ work: null, alsoHeld: [reminder], unread: 0 });
  const next = await addTask(org);
  expect(await ask()).toMatchObject({ work: { task: { id: next.id } }, alsoHeld: [reminder] });
  await expect(claim(agent, lost.id)).rejects.toMatchObject({ code: "conflict", details: { lease: work.lease.id } });
});

test("nothing within the time is null, and a full team or agent waits like everybody", async () => {
  const org = await createTestOrg(runtime, { maxConcurrent: 1 });
  const [one, two] = [await createTestAgent(runtime, org), await createTestAgent(runtime, org)];
  expect(await wait(one)).toBeNull();
  expect(await park(one, 0.05)).toBeUndefined();
  const [first, second] = [await addTask(org), await addTask(org)];
  expect(await wait(one)).toMatchObject({ task: { id: first.id } });
  const later = park(two);
  await move(org.owner, first.id, "in_review");
  expect(await later).toMatchObject({ taskId: second.id });
});

test("reviewers are given reviews only, never of their own work, and take no tasks", async () => {
  const org = await createTestOrg(runtime);
  const reviewer = await createTestAgent(runtime, org, { role: "reviewer" });
  const engineer = await createTestAgent(runtime, org);
  const task = await addTask(org);
  expect(await wait(reviewer)).toBeNull();
  await expect(claim(reviewer, task.id)).rejects.toMatchObject({ code: "forbidden" });
  await expect(claim(reviewer)).rejects.toThrow("wait_for_work");
  const waiting = park(reviewer);
  await claim(engineer, task.id);
  const { review } = await run(requestReviewOperation, engineer, { task: task.id, summary: "done" });
  expect(await waiting).toEqual({ kind: "review", taskId: task.id, reviewId: review?.id });
  expect(await wait(reviewer), "asked again, the same").toMatchObject({ kind: "review", reviewId: review?.id });
  expect(await wait(engineer)).toBeNull();
});

test("while a team or its organization is paused nothing is handed out, and resuming wakes the waiters at once", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const say = (type: "team.paused" | "organization.paused" | "team.resumed" | "organization.resumed") =>
    as(runtime, org.owner, (context) =>
      record(context, type, [{ subject: type.startsWith("team") ? org.teamId : org.orgId, data: { reason: "r" } }]),
    );
  await say("team.paused");
  await say("organization.paused");
  const task = await addTask(org);
  expect(await wait(agent)).toBeNull();
  const offer = park(agent);
  await say("team.resumed");
  expect(await park(agent, 0.2)).toBeUndefined();
  await say("organization.resumed");
  expect(await offer).toMatchObject({ taskId: task.id });
});

test("people do not wait for work, and are told what to do instead", async () => {
  const org = await createTestOrg(runtime);
  await expect(wait(org.owner)).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("claim_task"),
  });
});
