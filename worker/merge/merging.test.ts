import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { checkRepositories } from "#server/audit/git-checks.ts";
import { systemActor } from "#server/context.ts";
import { record } from "#server/events/record.ts";
import { compareWithFold } from "#server/events/replay.ts";
import { execute } from "#server/execute.ts";
import { readCommit, treeOf } from "#server/git/history.ts";
import { readMergedRef } from "#server/git/landing.ts";
import { userGit } from "#server/git/test/repository.ts";
import { newId } from "#server/ids.ts";
import { nextJob, requeueAttempt, startAttempt } from "#server/merges/jobs.ts";
import { cancelMergeOperation, getMergeStatus, listMergesOperation } from "#server/merges/operations.ts";
import { pauseWork, resumeWork } from "#server/pauses/operations.ts";
import { updateRepo } from "#server/repos/operations.ts";
import type { Repo } from "#server/repos/schema.ts";
import { call, log, openWorkshop } from "#server/repos/test/workshop.ts";
import { approveTask } from "#server/reviews/operations.ts";
import { getTaskEvents } from "#server/tasks/operations.ts";
import { as, type TestOrg } from "#server/test/fixtures.ts";
import { startMerging } from "./merging.ts";

const shop = await openWorkshop();
const { runtime } = shop;
const mergers: ReturnType<typeof startMerging>[] = [];
const startWorker = () => mergers.push(startMerging(runtime, { log }));

afterEach(async () => {
  await Promise.all(mergers.splice(0).map((merger) => merger.stop()));
});

const approve = (org: TestOrg, taskId: string) => execute(approveTask, runtime, org.owner, { task: taskId }, call);
const mergeOf = (org: TestOrg, taskId: string) => execute(getMergeStatus, runtime, org.owner, { task: taskId }, call);
const mainOf = (org: TestOrg, repo: Repo) => readCommit(shop.bare(org, repo), `refs/heads/${repo.defaultBranch}`);
async function settled(org: TestOrg, taskId: string, status: string) {
  await vi.waitFor(
    async () => {
      const merge = await mergeOf(org, taskId);
      if (merge.job?.status !== status) throw new Error(JSON.stringify(merge.job));
    },
    { timeout: 15_000, interval: 30 },
  );
  return mergeOf(org, taskId);
}

test("everything a merge does is found under the request that approved it, and says why it began", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org, { gateCommand: "true" });
  const worker = await shop.addWorker(org);
  const { task } = await shop.submit(org, repo, worker, { "a.txt": "a\n" });
  await execute(approveTask, runtime, org.owner, { task: task.id }, { requestId: "the-approval" });
  startWorker();
  await settled(org, task.id, "merged");
  const { events } = await execute(
    getTaskEvents,
    runtime,
    org.owner,
    { task: task.id, correlationId: "the-approval" },
    call,
  );
  expect(events.map(({ type, cause }) => [type, cause?.type]).toReversed()).toEqual([
    ["review.approved", undefined],
    ["review.decided", undefined],
    ["task.status_changed", undefined],
    ["task.status_changed", undefined],
    ["merge.queued", undefined],
    ["merge.started", "merge.queued"],
    ["gate.finished", "merge.queued"],
    ["merge.landed", "merge.queued"],
    ["task.status_changed", "merge.queued"],
  ]);
});

test.each(["merge", "squash", "rebase"] as const)(
  "an approved branch lands by %s, its tree passed the gate",
  async (mergeStrategy) => {
    const org = await shop.newOrg();
    const repo = await shop.addRepo(org, { gateCommand: "test -f a.txt && echo fine", mergeStrategy });
    const worker = await shop.addWorker(org);
    const { task } = await shop.submit(org, repo, worker, { "a.txt": "a\n" });
    const { taskStatus } = await approve(org, task.id);
    expect(taskStatus).toBe("merging");
    startWorker();
    const { job, taskStatus: end } = await settled(org, task.id, "merged");
    const bare = shop.bare(org, repo);
    const main = await mainOf(org, repo);
    expect(end).toBe("done");
    expect(job).toMatchObject({ mergeCommit: main, gate: { passed: true, tree: await treeOf(bare, main ?? "") } });
    expect(job?.gate?.log).toContain("fine");
    expect(await readMergedRef(bare, job?.id ?? "")).toBe(main);
  },
);

test("a gate that fails moves nothing and sends the task back with the end of its log", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org, { gateCommand: "printf 'one\\0two\\n'; echo the test broke; exit 3" });
  const worker = await shop.addWorker(org);
  const { task } = await shop.submit(org, repo, worker, { "a.txt": "a\n" });
  await approve(org, task.id);
  startWorker();
  const { job, taskStatus } = await settled(org, task.id, "failed");
  expect(taskStatus).toBe("todo");
  expect(job?.reason).toContain("exit code 3");
  expect(job?.gate).toMatchObject({ passed: false, exitCode: 3, outcome: "exit code 3" });
  expect(job?.gate?.log).toContain("the test broke");
  expect(await mainOf(org, repo)).toBe(repo.headCommit);
  const now = await shop.readTask(org, task.id);
  expect(now).toMatchObject({ rework: 1, assignee: { id: worker.actor.id } });
  expect(now.conversation.at(-1)?.body).toContain("the test broke");
});

test("a gate without an end is stopped and says so; what it prints without an end is cut", async () => {
  const org = await shop.newOrg();
  const slow = await shop.addRepo(org, { gateCommand: "sleep 600", gateTimeoutSeconds: 1 });
  const loud = await shop.addRepo(org, { name: "loud", gateCommand: "yes flood" });
  const worker = await shop.addWorker(org);
  const one = await shop.submit(org, slow, worker, { "a.txt": "a\n" });
  const two = await shop.submit(org, loud, worker, { "a.txt": "a\n" });
  await approve(org, one.task.id);
  await approve(org, two.task.id);
  startWorker();
  expect((await settled(org, one.task.id, "failed")).job?.gate?.outcome).toBe("timed out after 1 s");
  const { job } = await settled(org, two.task.id, "failed");
  expect(job?.gate?.outcome).toContain("printed far more");
  expect(Buffer.byteLength(job?.gate?.log ?? "")).toBeLessThan(runtime.settings.gateOutputLimitBytes + 1000);
});

test("the gate sees no environment of the server", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org, { gateCommand: "env" });
  const worker = await shop.addWorker(org);
  const { task } = await shop.submit(org, repo, worker, { "a.txt": "a\n" });
  await approve(org, task.id);
  process.env.SECRET_OF_THE_SERVER = "do-not-tell";
  startWorker();
  const { job } = await settled(org, task.id, "merged");
  delete process.env.SECRET_OF_THE_SERVER;
  expect(job?.gate?.log).toContain("CI=true");
  expect(job?.gate?.log).not.toContain("do-not-tell");
});

test("of two branches that contradict each other one lands, the other goes back with the files named", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org);
  const one = await shop.submit(org, repo, worker, { "a.txt": "one\n" });
  const two = await shop.submit(org, repo, worker, { "a.txt": "two\n" });
  await approve(org, one.task.id);
  await approve(org, two.task.id);
  startWorker();
  await settled(org, one.task.id, "merged");
  const { job, taskStatus } = await settled(org, two.task.id, "conflicted");
  expect(taskStatus).toBe("todo");
  expect(job?.reason).toContain("a.txt");
  expect((await shop.readTask(org, two.task.id)).conversation.at(-1)?.body).toContain("a.txt");
});

test("two branches that fit alone and not together: the second is tested on top of the first and goes back", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org, { gateCommand: "! { test -f one && test -f two; }" });
  const worker = await shop.addWorker(org);
  const one = await shop.submit(org, repo, worker, { one: "1\n" });
  const two = await shop.submit(org, repo, worker, { two: "2\n" });
  await approve(org, one.task.id);
  await approve(org, two.task.id);
  startWorker();
  await settled(org, one.task.id, "merged");
  await settled(org, two.task.id, "failed");
  expect(await userGit(shop.bare(org, repo), "ls-tree", "--name-only", "main")).toBe("one");
});

test("with several workers each job is merged once, in order, and every commit of main passed its gate", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org, { gateCommand: "ls" });
  const worker = await shop.addWorker(org);
  const submitted = [];
  for (const name of ["a", "b", "c", "d"]) submitted.push(await shop.submit(org, repo, worker, { [name]: name }));
  for (const { task } of submitted) await approve(org, task.id);
  startWorker();
  startWorker();
  startWorker();
  for (const { task } of submitted) await settled(org, task.id, "merged");
  const bare = shop.bare(org, repo);
  const commits = (await userGit(bare, "log", "--first-parent", "--reverse", "--format=%H %T", "main")).split("\n");
  expect(commits).toHaveLength(5);
  const { merges } = await execute(listMergesOperation, runtime, org.owner, { teamId: org.teamId }, call);
  expect(merges.map(({ mergeCommit }) => mergeCommit).reverse()).toEqual(
    commits.slice(1).map((line) => line.split(" ")[0]),
  );
  for (const line of commits.slice(1)) {
    const tree = line.split(" ")[1] ?? "";
    const passed = await shop.db
      .$client`select 1 from gate_runs where repo_id = ${repo.id} and tree = ${tree} and passed`;
    expect(passed).toHaveLength(1);
  }
});

test("a tree that passed is not tested again", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org, { gateCommand: "ls" });
  const worker = await shop.addWorker(org);
  const one = await shop.submit(org, repo, worker, { "a.txt": "same\n" });
  const two = await shop.submit(org, repo, worker, { "a.txt": "same\n" });
  await approve(org, one.task.id);
  await approve(org, two.task.id);
  startWorker();
  const first = await settled(org, one.task.id, "merged");
  const second = await settled(org, two.task.id, "merged");
  expect(second.job?.gate?.id).toBe(first.job?.gate?.id);
});

test("a merge that is cancelled while its gate runs never lands", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org, { gateCommand: "sleep 600" });
  const worker = await shop.addWorker(org);
  const { task } = await shop.submit(org, repo, worker, { "a.txt": "a\n" });
  await approve(org, task.id);
  startWorker();
  await settled(org, task.id, "testing");
  const { taskStatus } = await execute(cancelMergeOperation, runtime, org.owner, { task: task.id }, call);
  expect(taskStatus).toBe("todo");
  const after = await shop.submit(org, await shop.addRepo(org, { name: "quick" }), worker, { b: "b" });
  await approve(org, after.task.id);
  await settled(org, after.task.id, "merged");
  expect(await mainOf(org, repo)).toBe(repo.headCommit);
});

test("an attempt that was taken over cannot decide anything: the job is merged once, by the newer one", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org, { gateCommand: "sleep 1" });
  const worker = await shop.addWorker(org);
  const { task } = await shop.submit(org, repo, worker, { "a.txt": "a\n" });
  await approve(org, task.id);
  startWorker();
  await settled(org, task.id, "testing");
  // As another worker would that believes this one dead.
  await as(runtime, systemActor(org.orgId, "worker"), async (context) => {
    const job = await nextJob(context, repo.id);
    if (job?.startedAt) await requeueAttempt(context, { job, startedAt: job.startedAt }, "taken over");
  });
  await settled(org, task.id, "merged");
  const gates = await shop.db.$client`select 1 from gate_runs where repo_id = ${repo.id}`;
  expect(gates).toHaveLength(1);
  expect(await userGit(shop.bare(org, repo), "rev-list", "--first-parent", "--count", "main")).toBe("2");
});

test("a worker that is stopped in the middle of a gate leaves the job to the next one", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org, { gateCommand: "test -f a.txt && sleep 1" });
  const worker = await shop.addWorker(org);
  const { task } = await shop.submit(org, repo, worker, { "a.txt": "a\n" });
  await approve(org, task.id);
  startWorker();
  await settled(org, task.id, "testing");
  await Promise.all(mergers.splice(0).map((merger) => merger.stop()));
  expect((await mergeOf(org, task.id)).job?.status).toBe("testing");
  startWorker();
  await settled(org, task.id, "merged");
  expect(await readdir(join(shop.dataDir, "gates"))).toEqual([]);
});

test("a hard pause stops a gate at once and nothing lands; after the resume the same job is merged", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org, { gateCommand: "sleep 600" });
  const worker = await shop.addWorker(org);
  const { task } = await shop.submit(org, repo, worker, { "a.txt": "a\n" });
  await approve(org, task.id);
  startWorker();
  await settled(org, task.id, "testing");
  await execute(pauseWork, runtime, org.owner, { mode: "hard", reason: "the build host burns" }, call);
  const { job } = await settled(org, task.id, "queued");
  expect(job?.reason).toBe("All work is paused by Olivia: the build host burns.");
  expect(await mainOf(org, repo)).toBe(repo.headCommit);
  await execute(updateRepo, runtime, org.owner, { repoId: repo.id, gateCommand: "true" }, call);
  await execute(resumeWork, runtime, org.owner, {}, call);
  expect((await settled(org, task.id, "merged")).taskStatus).toBe("done");
});

test("a merge that was chosen before a pause does not start its gate after it", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org, { gateCommand: "true" });
  const worker = await shop.addWorker(org);
  const { task } = await shop.submit(org, repo, worker, { "a.txt": "a\n" });
  await approve(org, task.id);
  const system = systemActor(org.orgId, "worker");
  const chosen = await as(runtime, system, (context) => nextJob(context, repo.id));
  if (!chosen) throw new Error("nothing was queued");
  await execute(pauseWork, runtime, org.owner, { teamId: org.teamId }, call);
  expect(await as(runtime, system, (context) => startAttempt(context, chosen))).toBeUndefined();
  expect((await mergeOf(org, task.id)).job?.status).toBe("queued");
});

test("a paused team's merges wait", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org);
  const { task } = await shop.submit(org, repo, worker, { "a.txt": "a\n" });
  const tell = (type: "team.paused" | "team.resumed") =>
    as(runtime, org.owner, (context) =>
      record(context, type, [{ subject: org.teamId, team: org.teamId, data: { reason: "tests" } }]),
    );
  await approve(org, task.id);
  await tell("team.paused");
  startWorker();
  const other = await shop.newOrg();
  const after = await shop.submit(other, await shop.addRepo(other), await shop.addWorker(other), { b: "b" });
  await approve(other, after.task.id);
  await settled(other, after.task.id, "merged");
  expect((await mergeOf(org, task.id)).job?.status).toBe("queued");
  await tell("team.resumed");
  await settled(org, task.id, "merged");
});

test("a source that refuses the push keeps the job waiting with the reason, and nothing has moved", async () => {
  const org = await shop.newOrg();
  const path = join(runtime.settings.repoRoots[0] ?? "", newId());
  await mkdir(path);
  await userGit(path, "init", "-q", "-b", "main");
  await shop.commit(path, { "old.txt": "old\n" });
  const repo = await shop.addRepo(org, { source: path });
  const worker = await shop.addWorker(org);
  const { task } = await shop.submit(org, repo, worker, { "a.txt": "a\n" });
  await approve(org, task.id);
  startWorker();
  await vi.waitFor(
    async () => expect((await mergeOf(org, task.id)).job?.reason).toContain("receive.denyCurrentBranch"),
    { timeout: 15_000 },
  );
  expect(await mainOf(org, repo)).toBe(repo.headCommit);
  await userGit(path, "config", "receive.denyCurrentBranch", "updateInstead");
  const { job } = await settled(org, task.id, "merged");
  expect(await userGit(path, "rev-parse", "main")).toBe(job?.mergeCommit);
});

test("a repository from a local path is fetched before and pushed after; the source's own commits stay", async () => {
  const org = await shop.newOrg();
  const path = join(runtime.settings.repoRoots[0] ?? "", newId());
  await mkdir(path);
  await userGit(path, "init", "-q", "--bare", "-b", "trunk");
  const outside = join(shop.dataDir, newId());
  await userGit(shop.dataDir, "clone", "-q", path, outside);
  await shop.commit(outside, { "old.txt": "old\n" });
  await userGit(outside, "push", "-q", "origin", "HEAD:refs/heads/trunk");
  const repo = await shop.addRepo(org, { name: `local-${path.slice(-4)}`, source: path, gateCommand: "ls" });
  expect(repo).toMatchObject({ status: "ready", source: "local", defaultBranch: "trunk" });
  const worker = await shop.addWorker(org);
  const { task } = await shop.submit(org, repo, worker, { "new.txt": "new\n" });
  // Somebody commits at the source while the work is in review.
  const theirs = await shop.commit(outside, { "meanwhile.txt": "m\n" });
  await userGit(outside, "push", "-q", "origin", "HEAD:refs/heads/trunk");
  await approve(org, task.id);
  startWorker();
  const { job } = await settled(org, task.id, "merged");
  expect(await userGit(path, "rev-parse", "trunk")).toBe(job?.mergeCommit);
  expect(await userGit(path, "ls-tree", "--name-only", "trunk")).toBe("meanwhile.txt\nnew.txt\nold.txt");
  expect(await userGit(path, "rev-list", "--first-parent", "trunk")).toContain(theirs);
});

test("repositories, reviews, merges and gates are the fold of their events", async () => {
  const { tables } = await compareWithFold(shop.url);
  for (const { table, onlyInTable, onlyInFold, sample } of tables)
    expect({ table, onlyInTable, onlyInFold, sample }).toMatchObject({ table, onlyInTable: 0, onlyInFold: 0 });
  expect(tables.find(({ table }) => table === "merge_jobs")?.rows).toBeGreaterThan(10);
});

test("the audit finds every commit of every main gated, and the one that is not", async () => {
  const audit = () => shop.db.transaction((tx) => checkRepositories(tx, shop.dataDir, { expectMerges: true }));
  for (const finding of await audit()) expect(finding).toMatchObject({ faults: [], faultCount: 0 });
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const bare = shop.bare(org, repo);
  const tree = await userGit(bare, "rev-parse", "main^{tree}");
  const stray = await userGit(bare, "commit-tree", tree, "-p", "main", "-m", "past the gate");
  await userGit(bare, "update-ref", "refs/heads/main", stray);
  const gated = (await audit()).find(({ check }) => check === "main is gated");
  expect(gated?.faults).toEqual([expect.stringContaining(stray.slice(0, 10))]);
});
