import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareWithFold } from "../events/replay.ts";
import { execute } from "../execute.ts";
import { readCommit } from "../git/history.ts";
import { git } from "../git/run.ts";
import { userGit } from "../git/test/repository.ts";
import { releaseTask } from "../leases/operations.ts";
import { openWorkshop, type Worker } from "../repos/test/workshop.ts";
import { createWorktreeOperation, getWorktree, removeWorktreeOperation } from "./operations.ts";
import type { Worktree } from "./schema.ts";

const shop = await openWorkshop();
const { runtime, addRepo, addWorker, addTask, claim, commit, remote, bare } = shop;
const call = { requestId: "test" };

const [org, other] = [await shop.newOrg(), await shop.newOrg()];
const repo = await addRepo(org);
const create = async (worker: Worker, task: string) =>
  (await execute(createWorktreeOperation, runtime, worker.actor, { task }, call)).worktree;
const get = async (worker: Worker, task: string) =>
  (await execute(getWorktree, runtime, worker.actor, { task }, call)).worktree;
const remove = (worker: Worker, task: string, discardCommits = false) =>
  execute(removeWorktreeOperation, runtime, worker.actor, { task, discardCommits }, call);

/** Runs a command as the tool told it, with this server's port and the password that the agent knows. */
async function run(worker: Worker, { remote: told }: Worktree, directory: string, command: string) {
  const reachable = remote(org, repo, worker.key, new URL(told).username);
  const [program, ...args] = command.replaceAll(told, reachable).split(" ");
  expect(program).toBe("git");
  return userGit(directory, ...args);
}

test("the commands it tells check out, push and take in what others merged, as they stand", async () => {
  const worker = await addWorker(org);
  const task = await addTask(org, repo, "Add a greeting");
  const { lease } = await claim(worker, task.id);
  const worktree = await create(worker, task.id);
  expect(worktree).toMatchObject({
    branch: task.branch,
    head: null,
    ahead: 0,
    merged: false,
    baseCommit: await readCommit(bare(org, repo), "refs/heads/main"),
  });
  expect(new URL(worktree.remote).username).toBe(lease.id);
  const home = await mkdtemp(join(shop.dataDir, "home-"));
  await run(worker, worktree, home, `${worktree.commands.clone} .`.replace(/ app \.$/, " app"));
  const folder = join(home, task.branch);
  for (const command of worktree.commands.checkOut) await run(worker, worktree, join(home, "app"), command);
  const head = await commit(folder, { "hello.txt": "hello" });
  await run(worker, worktree, folder, worktree.commands.push);
  expect(await get(worker, task.id)).toMatchObject({ head, ahead: 1, behind: 0, merged: false });
  const { repository } = { repository: bare(org, repo) };
  const main = await readCommit(repository, "refs/heads/main");
  const merged = await git(["commit-tree", `${main}^{tree}`, "-p", `${main}`, "-m", "by others"], {
    repository,
    env: identity,
  });
  await git(["update-ref", "refs/heads/main", merged.stdout.toString().trim()], { repository });
  expect(await get(worker, task.id)).toMatchObject({ ahead: 1, behind: 1 });
  for (const command of worktree.commands.update) await run(worker, worktree, folder, command);
  await run(worker, worktree, folder, worktree.commands.push);
  expect(await get(worker, task.id)).toMatchObject({ ahead: 2, behind: 0 });
  // Another clone goes on from what was pushed.
  const second = await mkdtemp(join(shop.dataDir, "home-"));
  const now = await get(worker, task.id);
  await run(worker, now, second, now.commands.clone);
  for (const command of now.commands.checkOut) await run(worker, now, join(second, "app"), command);
  expect(await userGit(join(second, task.branch), "rev-parse", "HEAD")).toBe(now.head);
});

const identity = {
  ...{
    GIT_AUTHOR_NAME: "o",
    GIT_AUTHOR_EMAIL: "o@example.org",
    GIT_COMMITTER_NAME: "o",
    GIT_COMMITTER_EMAIL: "o@example.org",
  },
};

test("asked again it is the same worktree, and one task has one", async () => {
  const worker = await addWorker(org);
  const task = await addTask(org, repo);
  await claim(worker, task.id);
  const [first, again] = await Promise.all([create(worker, task.id), create(worker, task.id)]);
  expect(again).toEqual(first);
});

test("commits that were never merged are refused to be thrown away; asked explicitly, they are put aside, not lost", async () => {
  const worker = await addWorker(org);
  const task = await addTask(org, repo, "Try it");
  const { lease } = await claim(worker, task.id);
  await create(worker, task.id);
  const directory = await shop.clone(org, repo, worker.key, lease.id);
  const head = await commit(directory, { "try.txt": "1" });
  await userGit(directory, "push", "-q", "origin", `HEAD:refs/heads/${task.branch}`);
  await expect(remove(worker, task.id)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("1 commit that was never merged"),
  });
  expect(await readCommit(bare(org, repo), `refs/heads/${task.branch}`)).toBe(head);
  expect(await remove(worker, task.id, true)).toMatchObject({ branchDeleted: true, discardedCommits: 1 });
  expect(await readCommit(bare(org, repo), `refs/heads/${task.branch}`)).toBeNull();
  expect(await readCommit(bare(org, repo), `refs/discarded/${task.id}/${head}`)).toBe(head);
  expect((await shop.readTask(org, task.id)).headCommit).toBeNull();
  expect(await userGit(directory, "ls-remote", "origin"), "hidden from clients").not.toContain("discarded");
  await expect(get(worker, task.id)).rejects.toMatchObject({ code: "not_found" });
  await expect(remove(worker, task.id)).rejects.toMatchObject({ code: "not_found" });
});

test("an empty branch goes with its worktree; work that is being judged stays", async () => {
  const worker = await addWorker(org);
  const empty = await addTask(org, repo, "Empty");
  const { lease } = await claim(worker, empty.id);
  await create(worker, empty.id);
  const directory = await shop.clone(org, repo, worker.key, lease.id);
  await userGit(directory, "push", "-q", "origin", `HEAD:refs/heads/${empty.branch}`);
  expect(await remove(worker, empty.id)).toMatchObject({ branchDeleted: true, discardedCommits: 0 });
  expect(await readCommit(bare(org, repo), `refs/heads/${empty.branch}`)).toBeNull();

  const judged = await shop.submit(org, repo, worker, { "judged.txt": "1" }, "Judged");
  await execute(createWorktreeOperation, runtime, org.owner, { task: judged.task.id }, call);
  const asOwner = { actor: org.owner, key: "" };
  for (const discard of [false, true])
    await expect(remove(asOwner, judged.task.id, discard)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("in_review"),
    });
});

test("without the lease, without a repository, from another organization: refused in words", async () => {
  const [worker, stranger] = [await addWorker(org), await addWorker(other)];
  const task = await addTask(org, repo);
  await expect(create(worker, task.id)).rejects.toMatchObject({ code: "conflict" });
  await claim(worker, task.id);
  await create(worker, task.id);
  for (const ask of [create, get, remove])
    await expect(ask(stranger, task.id)).rejects.toMatchObject({ code: "not_found" });
  const plain = await addTask(org, null);
  await claim(worker, plain.id);
  await expect(create(worker, plain.id)).rejects.toMatchObject({ code: "invalid" });
  await execute(releaseTask, runtime, worker.actor, { task: task.id }, call);
  await expect(remove(worker, task.id)).rejects.toMatchObject({ code: "conflict" });
  expect(new URL((await get(worker, task.id)).remote).username, "no lease, no user name").toBe("");
});

test("worktrees are a fold of the events", async () => {
  const { tables } = await compareWithFold(shop.url);
  for (const name of ["worktrees", "tasks"]) {
    expect(tables.find(({ table }) => table === name)).toMatchObject({ onlyInTable: 0, onlyInFold: 0 });
  }
  expect(tables.find(({ table }) => table === "worktrees")?.rows).toBeGreaterThan(0);
});
