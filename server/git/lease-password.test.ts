import { expect, test, vi } from "vitest";
import { listApiKeys, revokeApiKey } from "../api-keys/operations.ts";
import { actorForKey } from "../auth/actor.ts";
import { waitForWork } from "../dispatch/operations.ts";
import { openParking } from "../dispatch/parking.ts";
import { execute } from "../execute.ts";
import { claimTask } from "../leases/operations.ts";
import { call, openWorkshop } from "../repos/test/workshop.ts";
import { requestReviewOperation } from "../reviews/operations.ts";
import { getTask } from "../tasks/operations.ts";
import { newId } from "../ids.ts";
import { userGit, userGitFailure } from "./test/repository.ts";

const shop = await openWorkshop();
const { runtime } = shop;

/** A worker that holds a task by its key, with the git password of the lease. */
async function holder() {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const { key } = await shop.addWorker(org);
  const actor = await actorForKey(runtime, key, "");
  const task = await shop.addTask(org, repo);
  const { claim } = await execute(claimTask, runtime, actor, { task: task.id }, call);
  if (!claim?.git) throw new Error("no git password was given");
  return { org, repo, actor, key, task, git: claim.git };
}
type Held = Awaited<ReturnType<typeof holder>>;
const cloneWith = ({ org, repo, git }: Held, { username = git.username, password = git.password } = {}) =>
  shop.clone(org, repo, password, username);
const reach = ({ org, repo, git }: Held, { username = git.username, password = git.password } = {}) =>
  userGitFailure(shop.dataDir, "ls-remote", shop.remote(org, repo, password, username));

test("the password of a lease clones the repository and pushes the task's branch, and no other", async () => {
  const held = await holder();
  const other = await shop.addTask(held.org, held.repo, "Mine too");
  await execute(claimTask, runtime, held.actor, { task: other.id }, call);
  const directory = await cloneWith(held);
  const head = await shop.commit(directory, { "a.txt": "a\n" });
  await userGit(directory, "push", "-q", "origin", `HEAD:refs/heads/${held.task.branch}`);
  expect((await shop.readTask(held.org, held.task.id)).headCommit).toBe(head);
  for (const branch of ["main", other.branch])
    expect(await userGitFailure(directory, "push", "origin", `HEAD:refs/heads/${branch}`)).toContain("declined");
});

test("it opens no other repository, and nothing with another lease's name, a changed letter or a made-up key", async () => {
  const [held, other] = [await holder(), await holder()];
  const second = await shop.addRepo(held.org, { name: "second" });
  expect(await reach({ ...held, repo: second })).toContain("403");
  const { password } = held.git;
  const changed = `${password.slice(0, -1)}${password.endsWith("A") ? "B" : "A"}`;
  for (const wrong of [
    { username: other.git.username },
    { username: "git" },
    { username: newId() },
    { password: changed },
    { password: password.replace(/_[0-9a-f-]{36}_/, `_${newId()}_`) },
    { password: "gl_" },
  ])
    expect(await reach(held, wrong)).toMatch(/401|Authentication/);
});

test("it ends with the lease, and with the key it was given for", async () => {
  const [done, revoked] = [await holder(), await holder()];
  const directory = await cloneWith(done);
  await shop.commit(directory, { "a.txt": "a\n" });
  await userGit(directory, "push", "-q", "origin", `HEAD:refs/heads/${done.task.branch}`);
  await execute(requestReviewOperation, runtime, done.actor, { task: done.task.id, summary: "done" }, call);
  expect(await reach(done)).toMatch(/401|Authentication/);
  await cloneWith(revoked);
  const { apiKeys } = await execute(listApiKeys, runtime, revoked.org.owner, { agentId: revoked.actor.id }, call);
  await execute(revokeApiKey, runtime, revoked.org.owner, { apiKeyId: apiKeys[0]?.id ?? "" }, call);
  await vi.waitFor(async () => expect(await reach(revoked)).toMatch(/401|Authentication/), 5_000);
});

test("get_task and wait_for_work tell it again to the holder only; a receipt does not keep it", async () => {
  const held = await holder();
  expect((await execute(getTask, runtime, held.actor, { task: held.task.id }, call)).git).toEqual(held.git);
  expect((await execute(getTask, runtime, held.org.owner, { task: held.task.id }, call)).git).toBeNull();
  const other = await shop.addWorker(held.org);
  const stranger = await actorForKey(runtime, other.key, "");
  expect((await execute(getTask, runtime, stranger, { task: held.task.id }, call)).git).toBeNull();
  const next = await shop.addTask(held.org, held.repo, "Next");
  const parking = openParking({ ...runtime, onError: (error) => shop.faults.push(error) });
  const { work } = await execute(waitForWork, { ...runtime, parking }, stranger, { timeoutSeconds: 0 }, call);
  parking.close();
  expect(work).toMatchObject({ task: { id: next.id }, git: { username: expect.any(String) } });
  await shop.addTask(held.org, held.repo, "Third");
  const once = { requestId: "test", idempotencyKey: "once" };
  const first = await execute(claimTask, runtime, stranger, {}, once);
  expect(first.claim?.git?.password).toMatch(/^gl_/);
  expect(await execute(claimTask, runtime, stranger, {}, once)).toEqual(first);
  const kept = await shop.db.execute<{ output: string }>("select output::text from receipts");
  expect(kept.map(({ output }) => output).join()).not.toContain("gl_");
});
