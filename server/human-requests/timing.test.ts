import { expect, test } from "vitest";
import { type Context, systemActor } from "../context.ts";
import { compareWithFold } from "../events/replay.ts";
import { inTransaction } from "../execute.ts";
import { getInbox } from "../messages/operations.ts";
import { registerRepo } from "../repos/operations.ts";
import { createTestAgent, createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import * as operations from "./operations.ts";
import { covers } from "./policies.ts";
import { escalateRequests, expireRequests } from "./timing.ts";

const { runtime, db, url } = await openTestRuntime();
const { run, addTask, claim, read } = workIn(runtime);
const system = (work: (context: Context) => Promise<number>) =>
  inTransaction(runtime, systemActor("", "inbox"), { requestId: "test", system: true }, work);
/** As if so much time had passed. */
const age = (request: string) =>
  db.execute(`update human_requests set expires_at = expires_at - interval '2 hours',
    escalate_at = escalate_at - interval '2 hours' where id = '${request}'`);

async function working() {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const task = await addTask(org);
  await claim(agent, task.id);
  return { org, agent, task };
}

test("a question nobody answers in time expires once, however many look; the task goes on and its asker is told", async () => {
  const { org, agent, task } = await working();
  const ask = { title: "Anybody?", expiresInSeconds: 3_600, timeoutSeconds: 0 };
  const { request } = await run(operations.askHuman, agent, ask);
  expect(await system(expireRequests)).toBe(0);
  await age(request);
  const counts = await Promise.all(Array.from({ length: 5 }, () => system(expireRequests)));
  expect(counts.reduce((sum, count) => sum + count)).toBe(1);
  const seen = await read(agent, task.id);
  expect(seen.status).toBe("in_progress");
  expect(seen.lease?.expiresAt).not.toBeNull();
  expect(await run(operations.askHuman, agent, { request, timeoutSeconds: 0 })).toMatchObject({
    status: "expired",
    answer: null,
    next: expect.stringContaining("Nobody answered in time"),
  });
  await expect(run(operations.respondToRequest, org.owner, { request, answer: "Late" })).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("expired"),
  });
});

test("what waits too long goes to the top once, and every owner and admin gets one message", async () => {
  const { org, agent, task } = await working();
  const admin = await createTestMember(runtime, org, "admin");
  const member = await createTestMember(runtime, org, "member");
  const blocking = await run(operations.askHuman, agent, { title: "Costly", timeoutSeconds: 0 });
  const late = await run(operations.askHuman, agent, {
    title: "Late",
    task: task.id,
    blocks: false,
    timeoutSeconds: 0,
  });
  const titles = async () =>
    (await run(operations.getPendingRequests, org.owner, {})).requests.map(({ title }) => title);
  expect(await titles()).toEqual(["Costly", "Late"]);
  await age(late.request);
  await Promise.all(Array.from({ length: 5 }, () => system(escalateRequests)));
  expect(await titles()).toEqual(["Late", "Costly"]);
  for (const [person, count] of [
    [org.owner, 1],
    [admin, 1],
    [member, 0],
  ] as const) {
    const { messages } = await run(getInbox, person, {});
    expect(messages.filter(({ body }) => body.includes("Nobody has answered"))).toHaveLength(count);
  }
  await run(operations.respondToRequest, org.owner, { request: blocking.request, answer: "Go" });
});

test("what is always allowed is granted at once, in the policy's name, until it is revoked or over", async () => {
  const { org, agent, task } = await working();
  const action = (version: number) => ({ name: "deploy.staging", input: { version } });
  const ask = (version: number) =>
    run(operations.askHuman, agent, {
      kind: "approval",
      title: `Deploy ${version}?`,
      action: action(version),
      timeoutSeconds: 0,
    });
  const first = await ask(1);
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const member = await createTestMember(runtime, org, "member");
  const always = { request: first.request, answer: { approved: true }, alwaysAllow: { action: "deploy.*", until } };
  await expect(run(operations.respondToRequest, member, always)).rejects.toMatchObject({ code: "forbidden" });
  await run(operations.respondToRequest, org.owner, always);
  const second = await ask(2);
  expect(second).toMatchObject({
    status: "resolved",
    answer: { approved: true },
    next: expect.stringContaining("Granted"),
  });
  expect((await read(agent, task.id)).status).toBe("in_progress");
  await run(operations.useApproval, agent, { action: action(2) });
  const [policy] = (await run(operations.listApprovalPolicies, org.owner, { teamId: org.teamId })).policies;
  expect(policy).toMatchObject({
    action: "deploy.*",
    requestId: first.request,
    createdBy: { name: "Olivia" },
    uses: 1,
  });
  expect((await run(operations.getRequest, org.owner, { request: second.request })).request).toMatchObject({
    policyId: policy?.id,
    closedBy: { kind: "system", name: expect.stringContaining("Olivia") },
  });
  const elsewhere = await createTestOrg(runtime);
  await expect(run(operations.revokeApprovalPolicy, elsewhere.owner, { policyId: policy?.id })).rejects.toMatchObject({
    code: "not_found",
  });
  await run(operations.revokeApprovalPolicy, org.owner, { policyId: policy?.id });
  const third = await ask(3);
  expect(third.status).toBe("pending");
  await run(operations.respondToRequest, org.owner, { request: third.request, answer: { approved: false } });
  await run(operations.createApprovalPolicy, org.owner, { teamId: org.teamId, action: "deploy.*", until });
  await db.execute(
    `update approval_policies set expires_at = now() where org_id = '${org.orgId}' and revoked_at is null`,
  );
  expect((await ask(4)).status).toBe("pending");
});

test("a policy for one repository covers that repository's tasks alone", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org, { slots: 2 });
  const { repo } = await run(registerRepo, org.owner, { teamId: org.teamId, name: "app" });
  const policy = { teamId: org.teamId, repoId: repo.id, action: "git.push", until: null };
  await db.execute(`update repos set status = 'ready' where id = '${repo.id}'`);
  await run(operations.createApprovalPolicy, org.owner, policy);
  for (const [repoId, status] of [
    [repo.id, "resolved"],
    [null, "pending"],
  ] as const) {
    const task = await addTask(org, { repoId });
    await claim(agent, task.id);
    const ask = { kind: "permission", title: "Push?", action: { name: "git.push" }, task: task.id, timeoutSeconds: 0 };
    expect((await run(operations.askHuman, agent, ask)).status).toBe(status);
  }
});

test("a pattern covers what its stars stand for and nothing else", () => {
  for (const [pattern, name, does] of [
    ["deploy", "deploy", true],
    ["deploy", "deployment", false],
    ["deploy.*", "deploy.production", true],
    ["deploy.*", "redeploy.production", false],
    ["*.push", "git.push", true],
    ["git.*.main", "git.push.main", true],
    ["git.*.main", "git.main", false],
    ["a*a", "a", false],
    ["a.b", "axb", false],
  ] as const)
    expect([pattern, name, covers(pattern, name)]).toEqual([pattern, name, does]);
});

test("requests and policies are a fold of their events", async () => {
  const { org, agent } = await working();
  const { request } = await run(operations.askHuman, agent, { title: "Folded?", timeoutSeconds: 0 });
  await run(operations.withdrawRequestOperation, agent, { request });
  expect((await run(operations.listRequests, org.owner, {})).requests[0]?.status).toBe("withdrawn");
  const { tables } = await compareWithFold(url);
  // Where the tests above turned a clock back the table differs from its events, as it should.
  const other = tables.filter(({ table }) => !["human_requests", "approval_policies", "repos"].includes(table));
  expect(other.filter(({ onlyInTable, onlyInFold }) => onlyInTable + onlyInFold > 0)).toEqual([]);
  expect(tables.find(({ table }) => table === "human_requests")?.rows).toBeGreaterThan(5);
});
