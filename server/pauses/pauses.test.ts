import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { type Actor, systemActor } from "../context.ts";
import { waitForWork } from "../dispatch/operations.ts";
import { openParking } from "../dispatch/parking.ts";
import { execute, inTransaction } from "../execute.ts";
import { claimTask, heartbeat, releaseTask } from "../leases/operations.ts";
import { claimFor } from "../leases/service.ts";
import { approveTask, requestReviewOperation } from "../reviews/operations.ts";
import { claimReviews } from "../reviews/service.ts";
import { changeStatus, updateTask } from "../tasks/operations.ts";
import { createTestAgent, createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { countDeadlocks, workIn } from "../test/work.ts";
import { pauseWork, resumeWork } from "./operations.ts";

const base = await openTestRuntime();
const parking = openParking({
  ...base.runtime,
  onError: (error) => {
    throw error;
  },
});
const runtime = { ...base.runtime, parking };
const { db } = base;
const { run, addTask, claim, read } = workIn(runtime);

const wait = (actor: Actor, timeoutSeconds = 0) => run(waitForWork, actor, { timeoutSeconds });
const isFull = process.env.ENTOURAGE_TEST_FULL === "1";
const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "done",
    (error: Error) => error.message,
  );

/** A team with one of everything that could start: a ready task, an idle engineer, a review that waits, an idle reviewer. */
async function openTeam() {
  const org = await createTestOrg(runtime);
  const author = await createTestAgent(runtime, org);
  const reviewed = await addTask(org, { title: "Reviewed" });
  await claim(author, reviewed.id);
  await run(requestReviewOperation, author, { task: reviewed.id, summary: "done" });
  const engineer = await createTestAgent(runtime, org);
  const reviewer = await createTestAgent(runtime, org, { role: "reviewer" });
  const task = await addTask(org, { title: "Ready" });
  const manager = await createTestAgent(runtime, org, { role: "manager" });
  return { org, engineer, reviewer, manager, task };
}

/** Every way to begin something; each answers whether it did. */
function pathsOf({ org, engineer, reviewer, manager, task }: Awaited<ReturnType<typeof openTeam>>) {
  const { orgId, teamId } = org;
  const asSystem = <Result>(work: Parameters<typeof inTransaction<Result>>[3]) =>
    inTransaction(runtime, systemActor("", "dispatcher"), { requestId: "test", system: true }, work);
  return {
    "claim_task by number": async () => (await claim(engineer, task.id).catch(() => null)) !== null,
    "claim_task for the best": async () => (await claim(engineer)) !== null,
    wait_for_work: async () => (await wait(engineer)).work !== null,
    "wait_for_work, parked": async () => (await wait(engineer, 1)).work !== null,
    "the worker's turns": async () =>
      (await asSystem((context) => claimFor(context, [{ orgId, teamId, agentId: engineer.id, max: 1 }]))).length > 0,
    "a status changed by a manager agent": async () =>
      (await reasonOf(run(changeStatus, manager, { task: task.id, status: "in_progress" }))) === "done",
    "a review by wait_for_work": async () => (await wait(reviewer)).work !== null,
    "a review to a parked reviewer": async () => (await wait(reviewer, 1)).work !== null,
    "a review by the dispatcher": async () =>
      (await asSystem((context) => claimReviews(context, [{ orgId, teamId, agentId: reviewer.id, max: 1 }]))).length >
      0,
    "a card that a person moves": async () =>
      (await reasonOf(run(changeStatus, org.owner, { task: task.id, status: "in_progress" }))) === "done",
    "claim_task by a person": async () => (await reasonOf(run(claimTask, org.owner, { task: task.id }))) === "done",
  };
}

test.each([
  ["organization", "drain"],
  ["organization", "hard"],
  ["team", "drain"],
  ["team", "hard"],
] as const)(
  "while the %s is paused (%s) nothing starts, on any path; after the resume each works",
  { timeout: 60_000 },
  async (scope, mode) => {
    const team = await openTeam();
    const target = scope === "team" ? { teamId: team.org.teamId } : {};
    await run(pauseWork, team.org.owner, { ...target, mode, reason: "tests" });
    for (const [name, begin] of Object.entries(pathsOf(team))) expect([name, await begin()]).toEqual([name, false]);
    await run(resumeWork, team.org.owner, target);
    // Each of the two modes resumes half of them for every change, all of them in the full run.
    const half = mode === "hard" ? 1 : 0;
    const resumed = Object.keys(pathsOf(team)).filter((_, at) => isFull || at % 2 === half);
    for (const name of resumed) {
      // A fresh team each: what one path takes is not there for the next.
      const fresh = await openTeam();
      const begin = Object.entries(pathsOf(fresh)).find(([path]) => path === name)?.[1];
      expect([name, await begin?.()]).toEqual([name, true]);
    }
  },
);

test("a paused agent is given nothing on any path; the others of its team go on", async () => {
  const team = await openTeam();
  for (const agent of [team.engineer, team.reviewer, team.manager])
    await run(pauseWork, team.org.owner, { agentId: agent.id, reason: "confused" });
  const paths = Object.entries(pathsOf(team)).filter(([name]) => !name.includes("person"));
  for (const [name, begin] of paths) expect([name, await begin()]).toEqual([name, false]);
  expect((await wait(team.engineer)).notice).toBe("This agent is paused by Olivia: confused.");
  const other = await createTestAgent(runtime, team.org);
  expect((await claim(other))?.task.id).toBe(team.task.id);
});

test("of 20 agents that claim at the instant of the pause, none starts after the pause has committed", async () => {
  for (const mode of ["drain", "hard"] as const) {
    const org = await createTestOrg(runtime);
    const agents = await Promise.all(Array.from({ length: 20 }, () => createTestAgent(runtime, org)));
    await Promise.all(agents.map(() => addTask(org)));
    const [, ...claims] = await Promise.all([
      run(pauseWork, org.owner, { mode }),
      ...agents.map((agent) => claim(agent)),
      ...agents.map((agent) => claim(agent)),
    ]);
    const given = claims.filter((one) => one !== null);
    const [log] = await db.execute<{ claimed: number; last: number; paused: number; live: number }>(sql`select
        count(*) filter (where type = 'task.claimed')::int as claimed,
        coalesce(max(seq) filter (where type = 'task.claimed'), 0)::int as last,
        max(seq) filter (where type = 'organization.paused')::int as paused,
        (select count(*)::int from leases where org_id = ${org.orgId} and ended_at is null) as live
      from events where org_id = ${org.orgId}`);
    expect(log?.claimed).toBe(given.length);
    expect(log?.last, "numbers follow commits").toBeLessThan(log?.paused ?? 0);
    if (mode === "hard") expect(log?.live).toBe(0);
  }
  expect(await countDeadlocks(db)).toBe(0);
});

test("a hard pause takes back what runs, with the reason; its holders are told who and why, and it goes on after the resume", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const max = await createTestMember(runtime, org, "member");
  const [task, byHand, blocked] = [await addTask(org), await addTask(org), await addTask(org)];
  const lease = (await claim(agent, task.id))?.lease.id;
  await run(changeStatus, max, { task: byHand.id, status: "in_progress" });
  const other = await createTestAgent(runtime, org);
  await claim(other, blocked.id);
  await run(changeStatus, other, { task: blocked.id, status: "blocked" });
  const { paused, revoked } = await run(pauseWork, org.owner, { mode: "hard", reason: "wrong branch" });
  expect(revoked).toBe(3);
  expect(paused).toMatchObject({ mode: "hard", reason: "wrong branch", by: { name: "Olivia" } });
  for (const { id } of [task, byHand, blocked])
    expect(await read(org.owner, id)).toMatchObject({ status: "todo", lease: null });
  const told = "All work is paused by Olivia: wrong branch.";
  const calls = [
    run(updateTask, agent, { task: task.id, title: "mine", lease }),
    run(updateTask, agent, { task: task.id, title: "mine" }),
    run(releaseTask, agent, { task: task.id, lease }),
    run(requestReviewOperation, agent, { task: task.id, summary: "done", lease }),
    run(heartbeat, agent, { lease }),
    run(claimTask, agent, { task: task.id }),
    run(claimTask, max, { task: byHand.id }),
  ];
  for (const reason of await Promise.all(calls.map(reasonOf))) expect(reason).toContain(told);
  expect(await wait(agent)).toMatchObject({ work: null, notice: told });
  expect(await run(claimTask, agent, {})).toMatchObject({ claim: null, notice: told });
  await run(resumeWork, org.owner, {});
  expect((await wait(agent)).work).toMatchObject({ kind: "task" });
  const [resumed] = await db.execute<{ actor: { name: string }; data: unknown }>(
    sql`select actor, data from events where org_id = ${org.orgId} and type = 'organization.resumed'`,
  );
  expect(resumed).toMatchObject({
    actor: { name: "Olivia" },
    data: { pausedSeconds: expect.any(Number), pausedBy: "Olivia" },
  });
});

test("a drain lets what runs go on to its end", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const task = await addTask(org);
  const lease = (await claim(agent, task.id))?.lease.id;
  expect(await run(pauseWork, org.owner, { reason: "release" })).toMatchObject({ revoked: 0 });
  await run(heartbeat, agent, { lease });
  await run(updateTask, agent, { task: task.id, title: "Still mine" });
  await run(requestReviewOperation, agent, { task: task.id, summary: "done" });
  expect((await read(org.owner, task.id)).status).toBe("in_review");
});

test("a drain can be made hard; pausing again otherwise changes nothing, and the beginning stays", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  await claim(agent, (await addTask(org)).id);
  const first = await run(pauseWork, org.owner, { teamId: org.teamId, reason: "first" });
  const again = await run(pauseWork, org.owner, { teamId: org.teamId, reason: "again" });
  expect(again).toEqual(first);
  const hard = await run(pauseWork, org.owner, { teamId: org.teamId, mode: "hard" });
  expect(hard).toMatchObject({ revoked: 1, paused: { mode: "hard", reason: "first", at: first.paused?.at } });
  expect(await run(pauseWork, org.owner, { teamId: org.teamId, mode: "drain" })).toMatchObject({
    paused: { mode: "hard" },
  });
  await expect(run(pauseWork, org.owner, { teamId: org.teamId, agentId: agent.id })).rejects.toMatchObject({
    code: "invalid",
  });
});

test("a reviewer who is stopped in the middle loses the review, and decides nothing until the resume", async () => {
  const { org, reviewer } = await openTeam();
  const { work } = await wait(reviewer);
  if (work?.kind !== "review") throw new Error("no review was given");
  await run(pauseWork, org.owner, { teamId: org.teamId, mode: "hard", reason: "look again" });
  const approve = () => execute(approveTask, runtime, reviewer, { task: work.task.id }, { requestId: "test" });
  await expect(approve()).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("look again") });
  expect((await read(org.owner, work.task.id)).reviews.at(-1)?.reviewer).toBeNull();
  await run(resumeWork, org.owner, { teamId: org.teamId });
  await vi.waitFor(async () => expect((await wait(reviewer)).work).toMatchObject({ kind: "review" }), 15_000);
  await approve();
});
