import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { updateAgent } from "../agents/operations.ts";
import { type Actor, systemActor } from "../context.ts";
import { execute, inTransaction } from "../execute.ts";
import { userGit } from "../git/test/repository.ts";
import { listWaitingOperation } from "../human-requests/operations.ts";
import { getInbox } from "../messages/operations.ts";
import { call, openWorkshop } from "../repos/test/workshop.ts";
import { assignTask } from "../tasks/operations.ts";
import { updateTeamSettings } from "../team-settings/operations.ts";
import { as, createTestAgent, createTestMember, type TestOrg } from "../test/fixtures.ts";
import { handOnReviews } from "./jobs.ts";
import * as operations from "./operations.ts";
import { claimReviews } from "./service.ts";

const shop = await openWorkshop();
const { runtime, db } = shop;

const set = (org: TestOrg, settings: Record<string, unknown>) =>
  execute(updateTeamSettings, runtime, org.owner, { teamId: org.teamId, ...settings }, call);
const approve = (actor: Actor, task: string, commit?: string) =>
  execute(operations.approveTask, runtime, actor, { task, commit, text: "Fine." }, call);
const take = (org: TestOrg, ...reviewers: Actor[]) =>
  as(runtime, systemActor(org.orgId, "dispatcher"), (context) =>
    claimReviews(
      context,
      reviewers.map(({ id }) => ({ orgId: org.orgId, teamId: org.teamId, agentId: id, max: 1 })),
    ),
  );

async function handedIn(settings: Record<string, unknown>) {
  const org = await shop.newOrg();
  await set(org, settings);
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org);
  const reviewer = await createTestAgent(runtime, org, { role: "reviewer" });
  const submitted = await shop.submit(org, repo, worker, { "a.txt": "a\nb\n", "db/one.sql": "select 1;\n" });
  return { org, repo, worker, reviewer, ...submitted };
}

test("a reviewer agent goes first, and its approval alone never merges where a person's is required", async () => {
  const { org, reviewer, worker, task, head } = await handedIn({ personApprovals: 1, agentApprovals: 1 });
  expect(await take(org, reviewer)).toHaveLength(1);
  const { review, taskStatus } = await approve(reviewer, task.id, head);
  expect(taskStatus).toBe("in_review");
  expect(review).toMatchObject({ verdict: "pending", missing: { people: 1, agents: 0 }, reviewer: null });
  const { items } = await execute(listWaitingOperation, runtime, org.owner, {}, call);
  expect(items, "people find it in their inbox").toMatchObject([
    { decision: { kind: "in_review", task: { id: task.id } } },
  ]);
  const another = await createTestAgent(runtime, org, { role: "reviewer" });
  expect(await take(org, reviewer, another), "what is missing is a person").toEqual([]);
  await expect(approve(reviewer, task.id)).rejects.toMatchObject({ code: "conflict" });
  const { taskStatus: byAgent } = await approve(another, task.id);
  expect(byAgent, "no number of agents stands in for a person").toBe("in_review");
  await expect(approve(worker.actor, task.id)).rejects.toMatchObject({ code: "forbidden" });
  const { taskStatus: after, review: decided } = await approve(org.owner, task.id, head);
  expect(after).toBe("merging");
  expect(decided).toMatchObject({ verdict: "approve", missing: { people: 0, agents: 0 } });
  expect(decided.approvals.map(({ by }) => by.kind)).toEqual(["agent", "agent", "user"]);
});

test("two people are two different people; of those who approve at once each counts once and the last decides", async () => {
  const { org, task } = await handedIn({ personApprovals: 2 });
  const [max, mia] = [await createTestMember(runtime, org, "member"), await createTestMember(runtime, org, "member")];
  const tries = await Promise.allSettled([max, max, max, mia].map((who) => approve(who, task.id)));
  const done = tries.flatMap((one) => (one.status === "fulfilled" ? [one.value.taskStatus] : []));
  expect(done.toSorted()).toEqual(["in_review", "merging"]);
});

test("a further person stands in for an agent that is not there", async () => {
  const { org, task } = await handedIn({ personApprovals: 1, agentApprovals: 1 });
  expect((await approve(org.owner, task.id)).review.missing).toEqual({ people: 0, agents: 1 });
  const max = await createTestMember(runtime, org, "member");
  expect((await approve(max, task.id)).taskStatus).toBe("merging");
});

test("a push makes every approval void", async () => {
  const { org, repo, worker, reviewer, task, directory } = await handedIn({ personApprovals: 1, agentApprovals: 1 });
  await approve(reviewer, task.id);
  await execute(operations.requestChanges, runtime, org.owner, { task: task.id, text: "More." }, call);
  const { lease } = await shop.claim(worker, task.id);
  const head = await shop.commit(directory, { "b.txt": "b\n" });
  await userGit(
    directory,
    "push",
    "-q",
    shop.remote(org, repo, worker.key, lease.id),
    `HEAD:refs/heads/${task.branch}`,
  );
  const input = { task: task.id, commit: head, summary: "Again." };
  const { review } = await execute(operations.requestReviewOperation, runtime, worker.actor, input, call);
  expect(review).toMatchObject({ attempt: 2, approvals: [], missing: { people: 1, agents: 1 } });
  expect((await approve(org.owner, task.id)).taskStatus).toBe("in_review");
});

test("rules ask people and agents by the files that change: people are told, and the agent alone is handed the review", async () => {
  const org = await shop.newOrg();
  const [max, expert, other] = [
    await createTestMember(runtime, org, "member"),
    await createTestAgent(runtime, org, { role: "reviewer" }),
    await createTestAgent(runtime, org, { role: "reviewer" }),
  ];
  const reviewers = [
    { kind: "user", id: max.id },
    { kind: "agent", id: expert.id },
  ];
  await set(org, { reviewRules: [{ paths: ["**/*.sql"], reviewers }] });
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org);
  const { task } = await shop.submit(org, repo, worker, { "db/one.sql": "select 1;\n" });
  expect((await shop.readTask(org, task.id)).reviews.at(-1)?.asked).toMatchObject([{ name: "Max" }, { id: expert.id }]);
  const inbox = await execute(getInbox, runtime, max, {}, call);
  expect(inbox.messages[0]?.body).toContain(`review #${task.number}`);
  expect(await take(org, other)).toEqual([]);
  expect(await take(org, expert)).toHaveLength(1);
  const plain = await shop.submit(org, repo, worker, { "readme.md": "x\n" });
  expect((await shop.readTask(org, plain.task.id)).reviews.at(-1)?.asked).toEqual([]);
  expect(await take(org, other)).toHaveLength(1);
});

test("a review that is given back goes to another reviewer, never to the same one", async () => {
  const { org, reviewer, task } = await handedIn({});
  const other = await createTestAgent(runtime, org, { role: "reviewer" });
  await take(org, reviewer);
  const release = (actor: Actor) =>
    execute(operations.releaseReviewOperation, runtime, actor, { task: task.id, reason: "Too large." }, call);
  await expect(release(other)).rejects.toMatchObject({ code: "conflict" });
  expect((await release(reviewer)).review.reviewer).toBeNull();
  await expect(release(reviewer)).rejects.toMatchObject({ code: "conflict" });
  expect(await take(org, reviewer)).toEqual([]);
  expect(await take(org, other)).toHaveLength(1);
});

test("the review of a reviewer that died is handed on, once; that of one who lives is not", async () => {
  const { org, reviewer, repo, worker } = await handedIn({});
  await take(org, reviewer);
  const living = await createTestAgent(runtime, org, { role: "reviewer" });
  await shop.submit(org, repo, worker, { "c.txt": "c\n" });
  await take(org, living);
  const handOn = () =>
    inTransaction(runtime, systemActor("", "reaper"), { requestId: "test", system: true }, handOnReviews);
  expect(await handOn(), "both were handed out a moment ago").toBe(0);
  await db.execute(sql`update reviews set assigned_at = now() - interval '20 minutes' where org_id = ${org.orgId}`);
  await db.execute(
    sql`insert into agent_presence (org_id, agent_id, last_seen_at) values (${org.orgId}, ${living.id}, now())`,
  );
  const counts = await Promise.all([handOn(), handOn(), handOn()]);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
  const [left] = await db.execute(sql`select array_agg(reviewer_id) filter (where reviewer_id is not null) as held
    from reviews where org_id = ${org.orgId}`);
  expect(left).toEqual({ held: [living.id] });
});

test("what must change is written to whoever did it, each remark once with its file and line", async () => {
  const { org, worker, task } = await handedIn({});
  const remark = { path: "a.txt", line: 1, body: "Say more.\nMuch more." };
  await execute(operations.addReviewComment, runtime, org.owner, { task: task.id, ...remark }, call);
  await execute(
    operations.requestChanges,
    runtime,
    org.owner,
    { task: task.id, text: "Almost.", comments: [remark, remark, { ...remark, line: 2 }] },
    call,
  );
  const { messages } = await execute(getInbox, runtime, worker.actor, {}, call);
  const written = messages.find(({ body }) => body.includes("Almost."));
  expect(written?.body).toBe(
    "Changes are asked for (attempt 1): Almost.\n\n- `a.txt:1` Say more.\n  Much more.\n- `a.txt:2` Say more.\n  Much more.",
  );
  expect((await shop.readTask(org, task.id)).reviews.at(-1)?.comments).toHaveLength(2);
});

test("a reviewer agent is assigned no tasks; an agent that becomes one gives its tasks back", async () => {
  const { org, reviewer, repo } = await handedIn({});
  const task = await shop.addTask(org, repo);
  const assignee = { kind: "agent", id: reviewer.id };
  await expect(execute(assignTask, runtime, org.owner, { task: task.id, assignee }, call)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("reviewer"),
  });
  const engineer = await shop.addWorker(org);
  await shop.claim(engineer, task.id);
  await execute(updateAgent, runtime, org.owner, { agentId: engineer.actor.id, role: "reviewer" }, call);
  expect(await shop.readTask(org, task.id)).toMatchObject({ status: "todo", lease: null, assignee: null });
});
