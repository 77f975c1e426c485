import { sql } from "drizzle-orm";
import { expect, onTestFinished, test, vi } from "vitest";
import { openParking } from "#server/dispatch/parking.ts";
import { heartbeat } from "#server/leases/operations.ts";
import { lockTask } from "#server/tasks/finding.ts";
import { moveTask } from "#server/tasks/service.ts";
import { as, createTestAgent, createTestOrg, openTestRuntime } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { startReaper } from "./reaper.ts";

const { runtime, db } = await openTestRuntime();
const { run, addTask, claim, read } = workIn(runtime);
const onError = (error: unknown) => {
  throw error;
};

function reap(everyMs?: number) {
  const reaper = startReaper(runtime, { onError, ...(everyMs ? { everyMs } : {}) });
  onTestFinished(reaper.stop);
}

test("a holder that stops beating is replaced within its time to live and 2 seconds; one that beats is not", async () => {
  reap();
  const org = await createTestOrg(runtime);
  const parking = openParking({ ...runtime, onError });
  onTestFinished(() => parking.close());
  const [dying, living, next] = [
    await createTestAgent(runtime, org, { leaseSeconds: 2 }),
    await createTestAgent(runtime, org, { leaseSeconds: 2 }),
    await createTestAgent(runtime, org),
  ];
  const task = await addTask(org);
  const kept = await claim(living, (await addTask(org)).id);
  const beating = setInterval(() => void run(heartbeat, living, { lease: kept?.lease.id }), 300);
  onTestFinished(() => clearInterval(beating));
  const lost = await claim(dying, task.id);
  const silentSince = Date.now();
  const offer = await parking.park(
    { orgId: org.orgId, teamId: org.teamId, agentId: next.id, reviews: false },
    { timeoutSeconds: 15 },
  );
  expect(offer).toMatchObject({ kind: "task", taskId: task.id });
  expect(Date.now() - silentSince).toBeLessThan(4_000);
  expect((await read(org.owner, task.id)).lease?.fence).toBeGreaterThan(lost?.lease.fence ?? Number.POSITIVE_INFINITY);
  expect((await read(org.owner, kept?.task.id ?? "")).lease?.id).toBe(kept?.lease.id);
});

test("rework waits for its agent a minute, then whoever is free may have it, first of all", async () => {
  const org = await createTestOrg(runtime);
  const [author, other] = [await createTestAgent(runtime, org), await createTestAgent(runtime, org)];
  const task = await addTask(org);
  await claim(author, task.id);
  await as(runtime, org.owner, async (context) => {
    await moveTask(context, await lockTask(context, task.id), "in_review", { leaseEnd: "completed" });
    await moveTask(context, await lockTask(context, task.id), "todo", { rework: true });
  });
  expect(await claim(other)).toBeNull();
  reap(50);
  await addTask(org, { priority: "critical" });
  expect((await claim(other))?.task.id).not.toBe(task.id);
  expect((await read(org.owner, task.id)).assignee?.id, "not before the minute is over").toBe(author.id);
  await db.execute(sql`update tasks set status_changed_at = now() - interval '61 seconds' where id = ${task.id}`);
  await vi.waitFor(async () => expect((await read(org.owner, task.id)).assignee).toBeNull(), 5_000);
  await addTask(org, { priority: "critical" });
  const third = await createTestAgent(runtime, org);
  expect((await claim(third))?.task.id).toBe(task.id);
});

test("a task that somebody was chosen for waits for them however long", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const task = await addTask(org, { assignee: { kind: "agent", id: agent.id } });
  const marker = await addTask(org, { assignee: null });
  await claim(agent, marker.id);
  await as(runtime, org.owner, async (context) => {
    await moveTask(context, await lockTask(context, marker.id), "in_review");
    await moveTask(context, await lockTask(context, marker.id), "todo", { rework: true });
  });
  await db.execute(sql`update tasks set status_changed_at = now() - interval '1 day' where org_id = ${org.orgId}`);
  reap(50);
  await vi.waitFor(async () => expect((await read(org.owner, marker.id)).assignee).toBeNull(), 5_000);
  expect((await read(org.owner, task.id)).assignee?.id).toBe(agent.id);
});
