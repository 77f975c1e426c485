import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { execute } from "../execute.ts";
import { claimTask, releaseTask } from "../leases/operations.ts";
import { lockTask } from "../tasks/finding.ts";
import { changeStatus, createTask, updateTask } from "../tasks/operations.ts";
import { moveTask } from "../tasks/service.ts";
import { as, createTestAgent, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { checkDatabase } from "./database-checks.ts";
import { isSound } from "./finding.ts";
import { checkFold } from "./fold-check.ts";

const { runtime, db, url } = await openTestRuntime();
const call = { requestId: "test" };

/** A little of everything: a chain, claims, releases, rework, cancellation. */
async function work() {
  const org = await createTestOrg(runtime);
  const add = async (title: string, dependsOn: string[] = []) =>
    (await execute(createTask, runtime, org.owner, { teamId: org.teamId, title, dependsOn }, call)).task;
  const [first, second] = [await add("First"), await add("Second")];
  const third = await add("Third", [first.id, `#${second.number}`]);
  const agent = await createTestAgent(runtime, org);
  await execute(claimTask, runtime, agent, { task: first.id }, call);
  await execute(releaseTask, runtime, agent, { task: first.id, reason: "lunch" }, call);
  await execute(claimTask, runtime, agent, { task: first.id }, call);
  await as(runtime, org.owner, async (context) => {
    await moveTask(context, await lockTask(context, first.id), "in_review");
    await moveTask(context, await lockTask(context, first.id), "todo", { rework: true, reason: "again" });
  });
  await execute(claimTask, runtime, agent, {}, call);
  await as(runtime, org.owner, async (context) => {
    await moveTask(context, await lockTask(context, first.id), "in_review");
    await moveTask(context, await lockTask(context, first.id), "done");
  });
  await execute(
    updateTask,
    runtime,
    org.owner,
    { task: third.id, priority: "critical", tags: ["a"], removeDependencies: [second.id] },
    call,
  );
  await execute(changeStatus, runtime, org.owner, { task: second.id, status: "cancelled" }, call);
  return { org, first, second, third };
}

test("after real work every table equals the fold of the events and every invariant holds", async () => {
  await work();
  const fold = await checkFold(url);
  expect(fold.faults).toEqual([]);
  expect(fold.looked).toBeGreaterThan(10);
  const findings = await db.transaction((tx) => checkDatabase(tx, { expectWork: false }));
  expect(findings.filter((finding) => !isSound(finding))).toEqual([]);
});

test("the audit notices a table that was changed behind the events", async () => {
  const { third } = await work();
  await db.execute(sql`update tasks set title = 'tampered' where id = ${third.id}`);
  expect((await checkFold(url)).faultCount).toBe(1);
  await db.execute(sql`update tasks set title = 'Third' where id = ${third.id}`);
});

test("an event can neither be changed nor removed, and a change made with force is noticed in the chain", async () => {
  const { org } = await work();
  await expect(db.execute(sql`update events set type = 'x' where org_id = ${org.orgId}`)).rejects.toThrow();
  await expect(db.execute(sql`delete from events where org_id = ${org.orgId}`)).rejects.toThrow();
  await expect(db.execute(sql`truncate events`)).rejects.toThrow();
  await db.transaction(async (tx) => {
    await tx.execute(sql`set local session_replication_role = replica`);
    await tx.execute(sql`update events set data = data || '{"x": 1}' where org_id = ${org.orgId} and seq = 3`);
    const chain = (await checkDatabase(tx, { expectWork: false })).find(({ check }) => check === "event chain");
    expect(chain?.faults).toEqual([`event 3 of organization ${org.orgId} does not fit the chain`]);
    await tx.execute(sql`update events set data = data - 'x' where org_id = ${org.orgId} and seq = 3`);
  });
});
