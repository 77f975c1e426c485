import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { connect } from "#db/client.ts";
import { priorities, taskStatuses } from "#db/enums.ts";
import { type Actor, systemActor } from "../context.ts";
import { AppError } from "../errors.ts";
import { projectedTables } from "../events/projections.ts";
import { inTransaction } from "../execute.ts";
import * as requests from "../human-requests/operations.ts";
import { expireRequests } from "../human-requests/timing.ts";
import { expireLeases, freeForgottenRework } from "../leases/jobs.ts";
import { renewLeasesOf } from "../leases/fence.ts";
import { claimTask, heartbeat, releaseTask } from "../leases/operations.ts";
import { sendMessageOperation } from "../messages/operations.ts";
import type { Operation } from "../operation.ts";
import * as reviews from "../reviews/operations.ts";
import * as tasks from "../tasks/operations.ts";
import { updateTeam } from "../teams/operations.ts";
import { as, createTestAgent, createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { populate } from "../test/populate.ts";
import { countDeadlocks, workIn } from "../test/work.ts";
import { checkDatabase } from "./database-checks.ts";
import { isSound } from "./finding.ts";
import { checkFold } from "./fold-check.ts";

const { runtime: base, db, url } = await openTestRuntime();

/** The same walk for the same seed (mulberry32), as far as the lanes meet in the same order. */
function dice(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n: number) => Math.floor(next() * n);
  return {
    below,
    one: <Item>(items: readonly Item[]): Item => {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error("nothing to choose from");
      return item;
    },
  };
}

test("500 steps of eight actors at once leave a state that is the fold of its events and keeps every invariant", {
  timeout: 90_000,
}, async () => {
  const seed = Number(process.env.ENTOURAGE_TEST_SEED ?? Date.now() % 1_000_000);
  const { one, below } = dice(seed);
  const pool = connect(url, { poolSize: 12 });
  const runtime = { ...base, db: pool.db };
  const { run, addTask } = workIn(runtime);
  const org = await createTestOrg(runtime, { maxConcurrent: 6 });
  const member = await createTestMember(runtime, org, "member");
  const engineers: Actor[] = [];
  for (let n = 0; n < 4; n++) engineers.push(await createTestAgent(runtime, org, { slots: 1 + (n % 3) }));
  const reviewer = await createTestAgent(runtime, org, { role: "reviewer" });
  const manager = await createTestAgent(runtime, org, { role: "manager" });
  for (let n = 0; n < 12; n++) await addTask(org);
  let count = 12;
  const task = () => `#${1 + below(count)}`;
  const step = (operation: Operation, actor: Actor, input: unknown) => run(operation, actor, input);
  const people = [org.owner, member, manager];
  const system = (work: typeof expireLeases) =>
    inTransaction(runtime, systemActor("", "reaper"), { requestId: "walk", system: true }, work);
  const asked = async () => {
    const [request] = await db.execute<{ id: string }>(sql`select id from human_requests where org_id = ${org.orgId}
      order by status = 'pending' desc, md5(id::text || ${below(1000)}::text) limit 1`);
    return request?.id ?? org.orgId;
  };
  const assignee = () => one([null, { kind: "agent", id: one(engineers).id }, { kind: "user", id: member.id }]);
  const steps: (() => Promise<unknown>)[] = [
    async () => {
      await addTask(org, { dependsOn: below(2) ? [task(), task()] : [], priority: one(priorities) });
      count++;
    },
    () => step(claimTask, one(engineers), {}),
    () => step(claimTask, one(engineers), {}),
    () => step(claimTask, one([...engineers, ...people]), { task: task() }),
    () => step(releaseTask, one([...engineers, ...people]), { task: task() }),
    async () => {
      const [held] = await db.execute<{
        task: string;
        agent: string;
      }>(sql`select task_id as task, agent_id as agent from leases
        where org_id = ${org.orgId} and ended_at is null and agent_id is not null order by md5(id::text || ${below(1000)}::text) limit 1`);
      const holder = engineers.find(({ id }) => id === held?.agent);
      if (held && holder) await step(reviews.requestReviewOperation, holder, { task: held.task, summary: "done" });
    },
    () => step(reviews.approveTask, one([org.owner, member, reviewer]), { task: task() }),
    () => step(reviews.approveTask, one([org.owner, member, reviewer]), { task: task() }),
    () => step(reviews.requestChanges, one([org.owner, reviewer]), { task: task(), text: "no" }),
    () => step(tasks.changeStatus, one([...people, ...engineers]), { task: task(), status: one(taskStatuses) }),
    () => step(tasks.assignTask, one(people), { task: task(), assignee: assignee() }),
    () =>
      step(tasks.updateTask, one([...people, ...engineers]), { task: task(), priority: one(priorities), tags: ["t"] }),
    () => step(tasks.updateTask, one(people), { task: task(), addDependencies: [task(), task()] }),
    () => step(tasks.updateTask, one(people), { task: task(), removeDependencies: [task(), task(), task()] }),
    () =>
      step(tasks.bulkUpdateTasks, one(people), {
        tasks: [task(), task(), task(), task()],
        ...one([
          { addTags: ["b"] },
          { status: "todo" },
          { assignee: assignee() },
          { archive: true },
          { priority: "low" },
        ]),
      }),
    () => step(tasks.archiveTask, one(people), { task: task() }),
    () => step(sendMessageOperation, one([...people, ...engineers]), { task: task(), body: "hello" }),
    () => as(runtime, one(engineers), renewLeasesOf),
    () => step(updateTeam, org.owner, { teamId: org.teamId, maxConcurrent: 3 + below(5) }),
    async () => {
      const [lease] = await db.execute<{
        id: string;
        agent: string;
      }>(sql`update lease_clocks set expires_at = clock_timestamp()
        where lease_id = (select lease_id from lease_clocks where org_id = ${org.orgId} and expires_at is not null limit 1) returning lease_id as id`);
      await Promise.allSettled([system(expireLeases), step(heartbeat, one(engineers), { lease: lease?.id })]);
    },
    () => system(freeForgottenRework),
    () =>
      step(requests.askHuman, one(engineers), { title: one(["One?", "Two?"]), timeoutSeconds: 0, expiresInSeconds: 1 }),
    () => step(requests.askHuman, one(engineers), { title: one(["One?", "Two?"]), timeoutSeconds: 0 }),
    () => step(requests.askHuman, one(engineers), { title: "Aside?", task: task(), blocks: false, timeoutSeconds: 0 }),
    async () => step(requests.respondToRequest, one(people), { request: await asked(), answer: "yes" }),
    async () => step(requests.respondToRequest, one(people), { request: await asked(), answer: "no" }),
    async () => {
      const answers = [await asked(), await asked(), await asked()].map((request) => ({ request, answer: "all" }));
      await step(requests.respondToRequests, one(people), { answers });
    },
    async () => step(requests.withdrawRequestOperation, one([...people, ...engineers]), { request: await asked() }),
    () => system(expireRequests),
  ];
  const deadlocks = await countDeadlocks(db);
  const failures: unknown[] = [];
  const refusals = new Map<string, number>();
  let done = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (done < 500) {
        done++;
        await one(steps)().catch((error: unknown) => {
          if (error instanceof AppError) refusals.set(error.code, (refusals.get(error.code) ?? 0) + 1);
          else failures.push(error);
        });
      }
    }),
  );
  await pool.close();
  expect(failures, `seed ${seed}`).toEqual([]);
  expect((await checkFold(url)).faults, `seed ${seed}`).toEqual([]);
  const findings = await db.transaction((tx) => checkDatabase(tx, { expectWork: false }));
  expect(
    findings.filter((finding) => !isSound(finding) && finding.check !== "merged means gated"),
    `seed ${seed}`,
  ).toEqual([]);
  // How many moves a walk makes is chance; that it made some shows that the checks had something to look at.
  expect(findings.find(({ check }) => check === "legal histories")?.looked).toBeGreaterThan(20);
  expect(await countDeadlocks(db), `deadlocks, seed ${seed}`).toBe(deadlocks);
});

test("a row that went missing behind the events is noticed in each table", async () => {
  await populate(base);
  expect((await checkFold(url)).faults).toEqual([]);
  for (const table of projectedTables) {
    const name = sql.identifier(table);
    // Without the foreign keys, as somebody with the database in hand could.
    await db.transaction(async (tx) => {
      await tx.execute(sql`set local session_replication_role = replica`);
      const gone = await tx.execute(
        sql`delete from ${name} where ctid = (select ctid from ${name} limit 1) returning 1`,
      );
      expect(gone, `${table} has a row`).toHaveLength(1);
    });
  }
  const { faults } = await checkFold(url);
  expect(new Set(faults.map((fault) => fault.split(":")[0]))).toEqual(new Set(projectedTables));
});
