import { sql } from "drizzle-orm";
import { afterAll, expect, test, vi } from "vitest";
import { archiveAgent } from "../agents/operations.ts";
import type { Actor } from "../context.ts";
import { compareWithFold } from "../events/replay.ts";
import { startWake } from "../events/wake.ts";
import { heartbeat } from "../leases/operations.ts";
import { getInbox, markMessagesOperation, sendMessageOperation } from "../messages/operations.ts";
import { pauseWork, resumeWork } from "../pauses/operations.ts";
import { createTestAgent, createTestOrg, openTestRuntime, type TestOrg } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { waitForWork } from "./operations.ts";
import { openParking } from "./parking.ts";

const { runtime: base, db, sql: client, url } = await openTestRuntime();
// Hints only, no poll: what is told late would otherwise be found by accident.
const wake = await startWake({ url, sql: client, pollSeconds: 60 });
const throwIt = (error: unknown) => {
  throw error;
};
const parking = openParking({ db: base.db, wake, settings: base.settings, onError: throwIt });
const second = openParking({ db: base.db, wake, settings: base.settings, onError: throwIt });
const runtime = { ...base, wake, parking };
const { run, addTask, claim } = workIn(runtime);
afterAll(async () => {
  parking.close();
  second.close();
  await wake.close();
});

const seat = (actor: Actor) => ({
  orgId: actor.orgId,
  teamId: actor.agent?.teamId ?? "",
  agentId: actor.id,
  reviews: actor.role === "reviewer",
});
const park = (actor: Actor, { timeoutSeconds = 10, signal }: { timeoutSeconds?: number; signal?: AbortSignal } = {}) =>
  parking.park(seat(actor), { timeoutSeconds, signal });
const wait = async (actor: Actor) => (await run(waitForWork, actor, { timeoutSeconds: 0 })).work;
const write = async (from: Actor, to: Actor, body = "hello") =>
  (await run(sendMessageOperation, from, { to: { kind: to.kind, id: to.id }, body })).message;
const done = (actor: Actor, ...messages: string[]) => run(markMessagesOperation, actor, { messages });
const forget = (org: TestOrg) =>
  db.execute(sql`update message_clocks set due_at = now() - interval '1 second' where org_id = ${org.orgId}`);

test("a message wakes its recipient at once, and is a piece of work of its own kind", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const waiting = run(waitForWork, agent, { timeoutSeconds: 10 });
  await vi.waitFor(() => expect(parking.waiting()).toBeGreaterThan(0), 15_000);
  const sent = await write(org.owner, agent, "Use port 4000.");
  expect((await waiting).work).toMatchObject({
    kind: "message",
    message: { id: sent.id, body: "Use port 4000.", sender: { kind: "user", name: "Olivia" }, task: null },
  });
  await done(agent, sent.id);
  expect(await wait(agent)).toBeNull();
});

test("reviewers and managers are woken too, and a message comes before the next task", async () => {
  const org = await createTestOrg(runtime);
  for (const role of ["reviewer", "manager", "engineer"] as const) {
    const agent = await createTestAgent(runtime, org, { role });
    const waiting = park(agent);
    const { id } = await write(org.owner, agent);
    expect(await waiting).toEqual({ kind: "message", messageId: id });
  }
  const agent = await createTestAgent(runtime, org);
  const { id } = await write(org.owner, agent);
  await addTask(org);
  expect(await wait(agent)).toMatchObject({ kind: "message", message: { id } });
  expect(await wait(agent)).toMatchObject({ kind: "task" });
});

test("two waiters of one agent, in two processes, are never given the same message", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org, { slots: 2 });
  const offers = Promise.all([
    park(agent, { timeoutSeconds: 1 }),
    park(agent, { timeoutSeconds: 1 }),
    second.park(seat(agent), { timeoutSeconds: 1 }),
    second.park(seat(agent), { timeoutSeconds: 1 }),
  ]);
  const sent = [await write(org.owner, agent, "one"), await write(org.owner, agent, "two")];
  const given = (await offers).flatMap((offer) => (offer?.kind === "message" ? [offer.messageId] : []));
  expect(given.toSorted()).toEqual(sent.map(({ id }) => id).toSorted());
});

test("an agent that died with a message is given it again; one that never is done with it, ever more rarely", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const { id } = await write(org.owner, agent);
  const waits: number[] = [];
  for (let n = 0; n < 4; n++) {
    expect(await wait(agent)).toMatchObject({ kind: "message", message: { id } });
    expect(await wait(agent), "hidden for a while").toBeNull();
    const [clock] = await db.execute<{ seconds: number }>(
      sql`select round(extract(epoch from due_at - now()))::int as seconds from message_clocks where message_id = ${id}`,
    );
    waits.push(clock?.seconds ?? 0);
    await forget(org);
  }
  for (const [n, seconds] of waits.entries()) expect(Math.abs(seconds - 15 * 2 ** n)).toBeLessThanOrEqual(2);
  await run(sendMessageOperation, agent, { replyTo: id, body: "Yes." });
  await forget(org);
  expect(await wait(agent), "answered is done").toBeNull();
});

test("who hung up while being chosen loses no message: the next waiter of the agent has it", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const { id } = await write(org.owner, agent);
  const reserved = await client.reserve();
  await reserved`begin`;
  await reserved`select 1 from event_heads where org_id = ${org.orgId} for update`;
  const hangUp = new AbortController();
  const offer = park(agent, { signal: hangUp.signal });
  await vi.waitFor(async () => {
    const stuck = await db.execute(sql`select 1 from pg_stat_activity where wait_event_type = 'Lock'
      and datname = current_database() and query like '%append_events%'`);
    expect(stuck).toHaveLength(1);
  }, 5_000);
  hangUp.abort();
  expect(await offer).toBeUndefined();
  const next = park(agent);
  await reserved`commit`;
  reserved.release();
  expect(await next).toEqual({ kind: "message", messageId: id });
});

test("an agent at work is told how many messages wait for it, and reads them without being woken", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const task = await addTask(org);
  const lease = (await claim(agent, task.id))?.lease.id;
  const sent = (await run(sendMessageOperation, org.owner, { task: task.id, body: "And a test." })).message;
  expect(await run(heartbeat, agent, { lease })).toMatchObject({ unread: 1 });
  const inbox = await run(getInbox, agent, { unread: true });
  expect(inbox).toMatchObject({ unread: 1, messages: [{ id: sent.id, seenAt: null }] });
  expect(await done(agent, sent.id)).toEqual({ marked: [sent.id], unread: 0 });
  expect(await done(agent, sent.id), "twice changes nothing").toEqual({ marked: [], unread: 0 });
  expect((await run(getInbox, agent, { unread: true })).messages).toEqual([]);
  expect(await run(waitForWork, agent, { timeoutSeconds: 0 })).toMatchObject({ work: { kind: "task" }, unread: 0 });
});

test("while work is paused nobody is woken; with its end the message comes", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  await run(pauseWork, org.owner, { reason: "Lunch." });
  const waiting = park(agent);
  const { id } = await write(org.owner, agent);
  expect(await wait(agent)).toBeNull();
  await run(resumeWork, org.owner, {});
  expect(await waiting).toEqual({ kind: "message", messageId: id });
});

test("how far each message got is a fold of the events", async () => {
  const org = await createTestOrg(runtime);
  const [one, two] = [await createTestAgent(runtime, org), await createTestAgent(runtime, org)];
  const { id } = await write(org.owner, one, `Look, @${two.name}.`);
  await wait(one);
  await run(markMessagesOperation, two, { messages: [id], as: "seen" });
  await run(archiveAgent, org.owner, { agentId: two.id });
  const rows = await db.execute<{ id: string; state: string }>(sql`select recipient_id as id,
    concat_ws(' ', case when delivered_at is not null then 'delivered' end, case when seen_at is not null then 'seen' end,
      case when processed_at is not null then 'processed' end) as state from message_receipts where message_id = ${id}`);
  expect(Object.fromEntries(rows.map((row) => [row.id, row.state]))).toEqual({
    [one.id]: "delivered",
    [two.id]: "delivered seen",
  });
  const { tables } = await compareWithFold(url);
  const receipts = tables.find(({ table }) => table === "message_receipts");
  expect(receipts).toMatchObject({ onlyInTable: 0, onlyInFold: 0 });
  expect(receipts?.rows).toBeGreaterThan(5);
});
