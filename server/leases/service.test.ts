import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { type Actor, systemActor } from "../context.ts";
import { record } from "../events/record.ts";
import { execute, inTransaction } from "../execute.ts";
import { requestReviewOperation } from "../reviews/operations.ts";
import { lockTask } from "../tasks/finding.ts";
import { changeStatus, createTask, getTask } from "../tasks/operations.ts";
import { moveTask } from "../tasks/service.ts";
import { as, createTestAgent, createTestOrg, openTestRuntime, type TestOrg } from "../test/fixtures.ts";
import { claimTask, heartbeat, releaseTask } from "./operations.ts";
import { expireLeases } from "./jobs.ts";
import { claimFor } from "./service.ts";

const { runtime, db } = await openTestRuntime();
const call = { requestId: "test" };

async function addTask(org: TestOrg, title: string, dependsOn: string[] = []) {
  const { task } = await execute(createTask, runtime, org.owner, { teamId: org.teamId, title, dependsOn }, call);
  return task;
}
const claim = (actor: Actor, task?: string) => execute(claimTask, runtime, actor, { task }, call);

test("of 20 agents racing for one task one gets it and 19 are told why", async () => {
  const org = await createTestOrg(runtime);
  const task = await addTask(org, "One prize");
  const agents = await Promise.all(Array.from({ length: 20 }, () => createTestAgent(runtime, org)));
  const results = await Promise.allSettled(agents.map((agent) => claim(agent, task.id)));
  const lost = results.filter((result) => result.status === "rejected");
  expect(lost).toHaveLength(19);
  for (const { reason } of lost)
    expect(reason).toMatchObject({ code: "conflict", message: expect.stringContaining("held by eng-") });
});

test("a task that waits for another cannot be claimed and the refusal names the blockers; it is ready when they are done", async () => {
  const org = await createTestOrg(runtime);
  const first = await addTask(org, "First");
  const second = await addTask(org, "Second", [first.id]);
  const agent = await createTestAgent(runtime, org);
  await expect(claim(agent, second.id)).rejects.toMatchObject({
    code: "conflict",
    details: { blockers: [first.number] },
  });
  const { claim: taken } = await claim(agent);
  expect(taken?.task.id).toBe(first.id);
  await as(runtime, org.owner, async (context) => {
    await moveTask(context, await lockTask(context, first.id), "in_review");
    await moveTask(context, await lockTask(context, first.id), "done");
  });
  const { claim: next } = await claim(agent);
  expect(next?.task.id).toBe(second.id);
});

test("an agent holds no more tasks than it has slots, and a team no more than its limit", async () => {
  const org = await createTestOrg(runtime, { maxConcurrent: 2 });
  for (let n = 0; n < 4; n++) await addTask(org, `Task ${n}`);
  const one = await createTestAgent(runtime, org);
  const wide = await createTestAgent(runtime, org, { slots: 5 });
  await claim(one);
  expect(await claim(one)).toEqual({ claim: null });
  const grants = await as(runtime, org.owner, (context) =>
    claimFor(context, [{ orgId: org.orgId, teamId: org.teamId, agentId: wide.id, max: 5 }]),
  );
  expect(grants).toHaveLength(1);
});

test("pause means nothing starts, and resume gives the work out again", async () => {
  const org = await createTestOrg(runtime);
  const task = await addTask(org, "Later");
  const agent = await createTestAgent(runtime, org);
  await as(runtime, org.owner, (context) =>
    record(context, "team.paused", [{ subject: org.teamId, team: org.teamId, data: { reason: "tests" } }]),
  );
  expect(await claim(agent)).toEqual({ claim: null, notice: "The team's work is paused by Olivia: tests." });
  await expect(claim(agent, task.id)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("paused"),
  });
  await as(runtime, org.owner, (context) =>
    record(context, "team.resumed", [{ subject: org.teamId, team: org.teamId, data: {} }]),
  );
  expect((await claim(agent)).claim?.task.id).toBe(task.id);
});

test("a lease that ran out frees its task, and every later write under it is refused", async () => {
  const org = await createTestOrg(runtime);
  const task = await addTask(org, "Abandoned");
  const zombie = await createTestAgent(runtime, org);
  const other = await createTestAgent(runtime, org);
  const { claim: taken } = await claim(zombie, task.id);
  const lease = taken?.lease.id;
  await db.execute(sql`update lease_clocks set expires_at = now() - interval '1 second' where lease_id = ${lease}`);
  await expect(execute(changeStatus, runtime, zombie, { task: task.id, status: "failed" }, call)).rejects.toMatchObject(
    { code: "conflict" },
  );
  const expired = await inTransaction(
    runtime,
    systemActor("", "reaper"),
    { requestId: "reaper", system: true },
    expireLeases,
  );
  expect(expired).toBe(1);
  const { claim: again } = await claim(other, task.id);
  expect(again?.lease.fence).toBeGreaterThan(taken?.lease.fence ?? Number.POSITIVE_INFINITY);
  await expect(execute(releaseTask, runtime, zombie, { task: task.id, lease }, call)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("has ended"),
  });
  await expect(execute(heartbeat, runtime, zombie, { lease }, call)).rejects.toMatchObject({ code: "conflict" });
  const { task: now } = await execute(getTask, runtime, org.owner, { task: task.id }, call);
  expect(now.lease?.holder.id).toBe(other.id);
});

test("whoever writes without a lease is told what became of the task and what to do next", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const other = await createTestAgent(runtime, org);
  const task = await addTask(org, "Handed over");
  const release = (actor: Actor, lease?: string) =>
    execute(releaseTask, runtime, actor, { task: task.id, lease }, call).then(
      () => "",
      (error: Error) => error.message,
    );
  expect(await release(agent)).toContain("Call claim_task");
  const { claim: taken } = await claim(agent, task.id);
  const lease = taken?.lease.id;
  expect(await release(other)).toContain("Somebody else works on it. Call wait_for_work");
  expect(await release(other, lease), "another's lease").toContain("is no lease of yours");
  expect(await release(agent, task.id), "a mistyped lease ends nothing").toContain("Leave `lease` out");
  await expect(execute(heartbeat, runtime, agent, { lease: task.id }, call)).rejects.toThrow("not the task's id");
  await execute(requestReviewOperation, runtime, agent, { task: task.id, summary: "done", lease }, call);
  for (const named of [undefined, lease]) expect(await release(agent, named)).toContain("It is in_review");
  const reviewer = await createTestAgent(runtime, org, { role: "reviewer" });
  expect(await release(reviewer)).toContain("wait_for_work");
});

test("a released task is free at once and keeps its reason on the timeline", async () => {
  const org = await createTestOrg(runtime);
  const task = await addTask(org, "Given back");
  const agent = await createTestAgent(runtime, org);
  await claim(agent, task.id);
  const { task: after } = await execute(
    releaseTask,
    runtime,
    agent,
    { task: `#${task.number}`, reason: "out of my depth" },
    call,
  );
  expect(after).toMatchObject({ status: "todo", lease: null });
});

test("a person who takes a task holds a lease without an end", async () => {
  const org = await createTestOrg(runtime);
  const task = await addTask(org, "By hand");
  await execute(changeStatus, runtime, org.owner, { task: task.id, status: "in_progress" }, call);
  const { task: now } = await execute(getTask, runtime, org.owner, { task: task.id }, call);
  expect(now).toMatchObject({
    status: "in_progress",
    lease: { expiresAt: null, holder: { kind: "user", name: "Olivia" } },
  });
});

test("a team's limit holds however many claim at once and in whatever way", async () => {
  const org = await createTestOrg(runtime, { maxConcurrent: 3 });
  const agents = await Promise.all(Array.from({ length: 12 }, () => createTestAgent(runtime, org)));
  const tasks = await Promise.all(agents.map((_, n) => addTask(org, `Task ${n}`)));
  const results = await Promise.allSettled(agents.map((agent, n) => claim(agent, n % 2 ? tasks[n]?.id : undefined)));
  const given = results.filter((result) => result.status === "fulfilled" && result.value.claim);
  expect(given).toHaveLength(3);
  for (const result of results)
    if (result.status === "rejected")
      expect(result.reason.message).toMatch(/works on 3 tasks at once, its limit|held by/);
});

test("a lease that is renewed at the moment it runs out does not end", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const task = await addTask(org, "At the last moment");
  const lease = (await claim(agent, task.id)).claim?.lease.id;
  for (let n = 0; n < 20; n++) {
    await db.execute(
      sql`update lease_clocks set expires_at = clock_timestamp() + interval '4 milliseconds' where lease_id = ${lease}`,
    );
    const [renewed] = await Promise.allSettled([
      execute(heartbeat, runtime, agent, { lease }, call),
      inTransaction(runtime, systemActor("", "reaper"), { requestId: "reaper", system: true }, expireLeases),
    ]);
    const { task: now } = await execute(getTask, runtime, org.owner, { task: task.id }, call);
    if (renewed.status === "rejected") break;
    expect(now.lease?.id, "who was told that the lease lives has it").toBe(lease);
  }
});
