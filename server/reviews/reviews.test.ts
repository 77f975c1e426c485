import { expect, test } from "vitest";
import { record } from "../events/record.ts";
import { execute } from "../execute.ts";
import { userGit } from "../git/test/repository.ts";
import { askHuman } from "../human-requests/operations.ts";
import { mergeTask } from "../merges/operations.ts";
import { call, openWorkshop } from "../repos/test/workshop.ts";
import { changeStatus } from "../tasks/operations.ts";
import { as, createTestMember } from "../test/fixtures.ts";
import * as operations from "./operations.ts";
import { claimReviews } from "./service.ts";

const shop = await openWorkshop();
const { runtime } = shop;

test("a review is about the pushed head of the task's branch; anything else is refused with the way on", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org);
  const task = await shop.addTask(org, repo);
  const { lease } = await shop.claim(worker, task.id);
  const request = (commit?: string) =>
    execute(
      operations.requestReviewOperation,
      runtime,
      worker.actor,
      { task: task.id, commit, summary: "Done." },
      call,
    );
  await expect(request()).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("Nothing was pushed"),
  });
  const directory = await shop.clone(org, repo, worker.key, lease.id);
  const push = () => userGit(directory, "push", "-q", "origin", `HEAD:refs/heads/${task.branch}`);
  await push();
  await expect(request()).rejects.toMatchObject({ message: expect.stringContaining("no commit of its own") });
  const first = await shop.commit(directory, { "a.txt": "a\n" });
  await expect(request(first)).rejects.toMatchObject({ message: expect.stringContaining("is not the head") });
  await push();
  await expect(request("f".repeat(40))).rejects.toMatchObject({ message: expect.stringContaining("is not the head") });
  await expect(request("HEAD")).rejects.toMatchObject({ code: "invalid" });
  const { review, taskStatus } = await request(first);
  expect(taskStatus).toBe("in_review");
  expect(review).toMatchObject({ attempt: 1, commit: first, baseCommit: repo.headCommit, verdict: "pending" });
  expect((await shop.readTask(org, task.id)).lease).toBeNull();
});

test("a review asked for while people are asked says how to come by their answer, so that no question is dropped", async () => {
  const org = await shop.newOrg();
  const worker = await shop.addWorker(org);
  const task = await shop.addTask(org, await shop.addRepo(org));
  await shop.claim(worker, task.id);
  await execute(askHuman, runtime, worker.actor, { title: "Which?", timeoutSeconds: 0 }, call);
  await expect(
    execute(operations.requestReviewOperation, runtime, worker.actor, { task: task.id, summary: "Done." }, call),
  ).rejects.toMatchObject({ message: expect.stringMatching(/wait_for_work brings their answer/) });
});

test("a push that was stored while the board could not be told is found by the request for review", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org);
  const task = await shop.addTask(org, repo);
  await shop.claim(worker, task.id);
  const directory = await shop.clone(org, repo, worker.key);
  const head = await shop.commit(directory, { "a.txt": "a\n" });
  await userGit(shop.bare(org, repo), "fetch", "-q", directory, `HEAD:refs/heads/${task.branch}`);
  const input = { task: task.id, summary: "Done." };
  await execute(operations.requestReviewOperation, runtime, worker.actor, input, call);
  expect((await shop.readTask(org, task.id)).headCommit).toBe(head);
});

test("nobody approves their own work: not the author, not a person who held the task, not by another of their keys", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org, { role: "manager" });
  const member = await createTestMember(runtime, org, "admin");
  const task = await shop.addTask(org, repo);
  const key = await shop.keyFor(org, member, null);
  await shop.claim({ actor: member, key }, task.id);
  await execute(changeStatus, runtime, member, { task: task.id, status: "todo" }, call);
  await shop.claim(worker, task.id);
  const directory = await shop.clone(org, repo, worker.key);
  await shop.commit(directory, { "a.txt": "a\n" });
  await userGit(directory, "push", "-q", "origin", `HEAD:refs/heads/${task.branch}`);
  const input = { task: task.id, summary: "Done." };
  await execute(operations.requestReviewOperation, runtime, worker.actor, input, call);
  for (const judge of [worker.actor, { ...worker.actor, keyId: "another" }, member]) {
    const words = { task: task.id, text: "Fine." };
    for (const verdict of [
      () => execute(operations.approveTask, runtime, judge, words, call),
      () => execute(operations.rejectTask, runtime, judge, words, call),
      () => execute(operations.requestChanges, runtime, judge, words, call),
    ]) {
      await expect(verdict()).rejects.toMatchObject({ code: "forbidden" });
    }
  }
  expect((await shop.readTask(org, task.id)).status).toBe("in_review");
});

test("a verdict about another commit than the reviewed one, or after the branch moved, decides nothing", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org);
  const { task, head } = await shop.submit(org, repo, worker, { "a.txt": "a\n" });
  const approve = (commit?: string) =>
    execute(operations.approveTask, runtime, org.owner, { task: task.id, commit }, call);
  await expect(approve("f".repeat(40))).rejects.toMatchObject({ code: "conflict" });
  await as(runtime, org.owner, (context) =>
    record(context, "task.pushed", [
      { subject: task.id, task: task.id, team: task.teamId, data: { commit: "e".repeat(40), previous: head } },
    ]),
  );
  await expect(approve(head)).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("moved") });
  await expect(approve()).rejects.toMatchObject({ code: "conflict" });
  expect((await shop.readTask(org, task.id)).status).toBe("in_review");
});

test("changes asked for come back to their worker first, with the words and the lines", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org);
  const { task } = await shop.submit(org, repo, worker, { "a.txt": "a\n" });
  const comments = [{ path: "a.txt", line: 1, body: "Say more." }];
  const sendBack = (comment: (typeof comments)[number]) =>
    execute(
      operations.requestChanges,
      runtime,
      org.owner,
      { task: task.id, text: "Almost.", comments: [comment] },
      call,
    );
  for (const path of ["../etc/passwd", "/etc/passwd", ".git/config", "a//b"]) {
    await expect(sendBack({ path, line: 1, body: "x" })).rejects.toMatchObject({ code: "invalid" });
  }
  const { taskStatus } = await execute(
    operations.requestChanges,
    runtime,
    org.owner,
    { task: task.id, text: "Almost.", comments },
    call,
  );
  expect(taskStatus).toBe("todo");
  const { claim } = await shop.claim(worker, task.id).then((taken) => ({ claim: taken }));
  expect(claim.task).toMatchObject({ rework: 1, assignee: { id: worker.actor.id } });
  const feedback = await execute(operations.getReviewFeedback, runtime, worker.actor, { task: task.id }, call);
  expect(feedback.review).toMatchObject({ verdict: "request_changes", verdictText: "Almost.", comments });
});

test("rejected work cancels its task; approved work without a repository is done", async () => {
  const org = await shop.newOrg();
  const worker = await shop.addWorker(org);
  const reject = (task: string) =>
    execute(operations.rejectTask, runtime, org.owner, { task, text: "Not wanted." }, call);
  const approve = (task: string) => execute(operations.approveTask, runtime, org.owner, { task }, call);
  for (const [decide, status] of [
    [reject, "cancelled"],
    [approve, "done"],
  ] as const) {
    const task = await shop.addTask(org, null);
    await shop.claim(worker, task.id);
    const input = { task: task.id, summary: "Done." };
    await execute(operations.requestReviewOperation, runtime, worker.actor, input, call);
    const { taskStatus } = await decide(task.id);
    expect(taskStatus).toBe(status);
    await expect(decide(task.id)).rejects.toMatchObject({ code: "conflict" });
  }
});

test("where the team does not merge by itself an approved task waits for merge_task", async () => {
  const org = await shop.newOrg();
  await as(runtime, org.owner, (context) =>
    record(context, "team.updated", [{ subject: org.teamId, team: org.teamId, data: { autoMerge: false } }]),
  );
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org);
  const { task, head } = await shop.submit(org, repo, worker, { "a.txt": "a\n" });
  const merge = () => execute(mergeTask, runtime, org.owner, { task: task.id }, call);
  await expect(merge()).rejects.toMatchObject({ code: "conflict" });
  const { taskStatus } = await execute(
    operations.approveTask,
    runtime,
    org.owner,
    { task: task.id, commit: head },
    call,
  );
  expect(taskStatus).toBe("in_approval");
  expect(await merge()).toMatchObject({ taskStatus: "merging", job: { status: "queued", commit: head }, position: 0 });
  await expect(merge()).rejects.toMatchObject({ code: "conflict" });
});

test("of many judges at once one decides", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org);
  const { task } = await shop.submit(org, repo, worker, { "a.txt": "a\n" });
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, () => execute(operations.approveTask, runtime, org.owner, { task: task.id }, call)),
  );
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const jobs = await shop.db.$client`select 1 from merge_jobs where task_id = ${task.id}`;
  expect(jobs).toHaveLength(1);
});

test("reviewers get each pending review once, their own again, and never one of work they took part in", async () => {
  const org = await shop.newOrg();
  const worker = await shop.addWorker(org);
  const manager = await shop.addWorker(org, { role: "manager" });
  const [one, two] = [await shop.addWorker(org, { role: "reviewer" }), await shop.addWorker(org, { role: "reviewer" })];
  const submit = async (author: typeof worker) => {
    const task = await shop.addTask(org, null);
    await shop.claim(author, task.id);
    const input = { task: task.id, summary: "Done." };
    await execute(operations.requestReviewOperation, runtime, author.actor, input, call);
    return task.id;
  };
  const tasks = [await submit(worker), await submit(worker)];
  const own = await submit(manager);
  const seeker = (agentId: string, max = 1) => ({ orgId: org.orgId, teamId: org.teamId, agentId, max });
  const claim = (...seekers: ReturnType<typeof seeker>[]) =>
    as(runtime, org.owner, (context) => claimReviews(context, seekers));
  const [first, second] = await Promise.all([claim(seeker(one.actor.id)), claim(seeker(two.actor.id))]);
  // Both at once: whoever comes second skips what the first one holds, and asks again.
  const all = [...first, ...second, ...(await claim(seeker(one.actor.id, 0), seeker(two.actor.id)))];
  const byTask = new Map(all.map(({ taskId, agentId }) => [taskId, agentId]));
  expect(all.length).toBeGreaterThan(0);
  for (const { taskId, agentId } of all) expect(byTask.get(taskId)).toBe(agentId);
  const again = await claim(seeker(one.actor.id, 9), seeker(two.actor.id, 9));
  expect(again.map(({ taskId }) => taskId).toSorted()).toEqual([...tasks, own].toSorted());
  expect(await claim(seeker(worker.actor.id, 9))).toEqual([]);
  const others = await claim(seeker(manager.actor.id, 9));
  expect(others.map(({ taskId }) => taskId)).not.toContain(own);
});

test("a paused team hands out no reviews, and a reviewer cannot decide what another was given", async () => {
  const org = await shop.newOrg();
  const worker = await shop.addWorker(org);
  const [one, two] = [await shop.addWorker(org, { role: "reviewer" }), await shop.addWorker(org, { role: "reviewer" })];
  const task = await shop.addTask(org, null);
  await shop.claim(worker, task.id);
  await execute(operations.requestReviewOperation, runtime, worker.actor, { task: task.id, summary: "Done." }, call);
  const claim = () =>
    as(runtime, org.owner, (context) =>
      claimReviews(context, [{ orgId: org.orgId, teamId: org.teamId, agentId: one.actor.id, max: 1 }]),
    );
  const tell = (type: "team.paused" | "team.resumed") =>
    as(runtime, org.owner, (context) =>
      record(context, type, [{ subject: org.teamId, team: org.teamId, data: { reason: "tests" } }]),
    );
  await tell("team.paused");
  expect(await claim()).toEqual([]);
  await tell("team.resumed");
  expect(await claim()).toHaveLength(1);
  const approve = (judge: typeof one) => execute(operations.approveTask, runtime, judge.actor, { task: task.id }, call);
  await expect(approve(two)).rejects.toMatchObject({ code: "conflict" });
  expect((await approve(one)).taskStatus).toBe("done");
});
