import { expect, test, vi } from "vitest";
import { listApiKeys, revokeApiKey } from "../api-keys/operations.ts";
import { listAuditEvents } from "../audit-log/operations.ts";
import { execute } from "../execute.ts";
import { call, openWorkshop } from "../repos/test/workshop.ts";
import { requestChanges, requestReviewOperation } from "../reviews/operations.ts";
import { changeStatus } from "../tasks/operations.ts";
import { createTestMember } from "../test/fixtures.ts";
import { gitAccess } from "./access.ts";
import { readCommit } from "./history.ts";
import { userGit, userGitFailure } from "./test/repository.ts";

const shop = await openWorkshop();
const { runtime } = shop;

test("everybody of the team fetches, also with a read key, and a hosted repository starts with main", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org);
  const reader = await shop.keyFor(org, org.owner, null, ["read"]);
  for (const key of [worker.key, reader]) {
    const directory = await shop.clone(org, repo, key);
    expect(await userGit(directory, "rev-parse", "HEAD")).toBe(repo.headCommit);
  }
  const complaint = await userGitFailure(await shop.clone(org, repo, reader), "push", "origin", "HEAD:refs/heads/x");
  expect(complaint).toContain("403");
});

test("a key of another organization sees nothing, as if there were no such repository", async () => {
  const [org, other] = [await shop.newOrg(), await shop.newOrg()];
  const repo = await shop.addRepo(org);
  const stranger = await shop.addWorker(other);
  for (const slug of [repo.slug, "no-such-repo"]) {
    const url = shop.remote(org, { ...repo, slug }, stranger.key);
    expect(await userGitFailure(shop.dataDir, "ls-remote", url)).toMatch(/not found|404/);
  }
  expect(await userGitFailure(shop.dataDir, "ls-remote", shop.remote(org, repo, "oc_wrong"))).toMatch(
    /401|Authentication/,
  );
});

test("the holder of a task pushes its branch, by lease or without naming one, and the board knows the commit", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org);
  const task = await shop.addTask(org, repo);
  const { lease } = await shop.claim(worker, task.id);
  for (const username of [lease.id, "git"]) {
    const directory = await shop.clone(org, repo, worker.key, username);
    const head = await shop.commit(directory, { [`${username}.txt`]: "work\n" });
    await userGit(directory, "push", "-q", "--force", "origin", `HEAD:refs/heads/${task.branch}`);
    expect((await shop.readTask(org, task.id)).headCommit).toBe(head);
  }
});

test("a push to main, to another's branch, to a hostile name or under a foreign lease is refused and changes nothing", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const [worker, other] = [await shop.addWorker(org), await shop.addWorker(org)];
  const [task, foreign] = [await shop.addTask(org, repo), await shop.addTask(org, repo, "Theirs")];
  await shop.claim(worker, task.id);
  const { lease: foreignLease } = await shop.claim(other, foreign.id);
  const directory = await shop.clone(org, repo, worker.key);
  await shop.commit(directory, { "a.txt": "a\n" });
  const before = await userGit(shop.bare(org, repo), "for-each-ref");
  for (const ref of ["main", foreign.branch, `${task.branch}-2`, "--upload-pack=touch", "-h"]) {
    expect(await userGitFailure(directory, "push", "origin", `HEAD:refs/heads/${ref}`)).toMatch(
      /declined|funny refname/,
    );
  }
  for (const ref of ["refs/tags/v1", "refs/merged/x", "refs/source/heads/main"]) {
    expect(await userGitFailure(directory, "push", "origin", `HEAD:${ref}`)).toMatch(/declined|hidden ref/);
  }
  const under = shop.remote(org, repo, worker.key, foreignLease.id);
  expect(await userGitFailure(directory, "push", under, `HEAD:refs/heads/${foreign.branch}`)).toContain("403");
  expect(await userGit(shop.bare(org, repo), "for-each-ref")).toBe(before);
  expect(shop.faults).toEqual([]);
  // All of it is one entry of the audit, and counted.
  await vi.waitFor(async () => {
    const { events } = await execute(listAuditEvents, shop.runtime, org.owner, { groups: ["security"] }, call);
    const pushes = events.filter(({ type }) => type === "security.action_refused");
    expect(pushes).toMatchObject([
      { actor: { id: worker.actor.id }, data: { what: "push", words: [expect.stringContaining("You may not push")] } },
    ]);
  }, 15_000);
});

test("under a lease that ran out or ended, nothing is pushed", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org, { leaseSeconds: 3600 });
  const task = await shop.addTask(org, repo);
  const { lease } = await shop.claim(worker, task.id);
  const directory = await shop.clone(org, repo, worker.key, lease.id);
  await shop.commit(directory, { "a.txt": "a\n" });
  // By the clock alone: the reaper has not come by yet.
  await shop.db.$client`update lease_clocks set expires_at = now() - interval '1 second' where lease_id = ${lease.id}`;
  const refspec = `HEAD:refs/heads/${task.branch}`;
  expect(await userGitFailure(directory, "push", "origin", refspec)).toContain("is not live");
  await shop.db.$client`update lease_clocks set expires_at = now() + interval '1 hour' where lease_id = ${lease.id}`;
  await execute(changeStatus, runtime, worker.actor, { task: task.id, status: "todo" }, call);
  expect(await userGitFailure(directory, "push", "origin", refspec)).toContain("403");
  expect(await readCommit(shop.bare(org, repo), `refs/heads/${task.branch}`)).toBeNull();
});

test("a push whose key is revoked while it uploads moves nothing", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org);
  const task = await shop.addTask(org, repo);
  await shop.claim(worker, task.id);
  const caller = { org: org.slug, repo: repo.slug, username: "x", password: worker.key, ip: null };
  const { push } = await gitAccess(runtime)({ ...caller, service: "receive-pack" });
  const updates = [{ ref: `refs/heads/${task.branch}`, old: null, new: "1".repeat(40) }];
  expect(await push?.confirm(updates)).toEqual({ ok: true });
  const { apiKeys } = await execute(listApiKeys, runtime, org.owner, {}, call);
  const own = apiKeys.find(({ agent }) => agent?.id === worker.actor.id);
  await execute(revokeApiKey, runtime, org.owner, { apiKeyId: own?.id }, call);
  await vi.waitFor(async () => expect(await push?.confirm(updates)).toMatchObject({ ok: false }), 5_000);
});

test("while the work is in review a push is refused, and after a request for changes it is possible again", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org);
  const { task, directory } = await shop.submit(org, repo, worker, { "a.txt": "a\n" });
  await shop.commit(directory, { "a.txt": "b\n" });
  expect(await userGitFailure(directory, "push", "origin", `HEAD:refs/heads/${task.branch}`)).toContain("403");
  await execute(requestChanges, runtime, org.owner, { task: task.id, text: "Once more." }, call);
  const { lease } = await shop.claim(worker, task.id);
  await userGit(
    directory,
    "push",
    "-q",
    shop.remote(org, repo, worker.key, lease.id),
    `HEAD:refs/heads/${task.branch}`,
  );
});

test("a person pushes the branch of a task they hold, and no other", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const member = await createTestMember(runtime, org, "member");
  const key = await shop.keyFor(org, member, null);
  const task = await shop.addTask(org, repo);
  const directory = await shop.clone(org, repo, key);
  await shop.commit(directory, { "a.txt": "a\n" });
  expect(await userGitFailure(directory, "push", "origin", `HEAD:refs/heads/${task.branch}`)).toContain("403");
  await shop.claim({ actor: member, key }, task.id);
  await userGit(directory, "push", "-q", "origin", `HEAD:refs/heads/${task.branch}`);
});

test("a push that arrives after its review was asked for voids the review and brings the task back", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org);
  const { task } = await shop.submit(org, repo, worker, { "a.txt": "a\n" });
  const late = await shop.addWorker(org);
  const { recordPushes } = await import("./access.ts");
  const { as } = await import("../test/fixtures.ts");
  const ref = `refs/heads/${task.branch}`;
  await as(runtime, late.actor, (context) =>
    recordPushes(context, [{ leaseId: "", taskId: task.id, ref }], [{ ref, old: null, new: "1".repeat(40) }]),
  );
  const now = await shop.readTask(org, task.id);
  expect(now).toMatchObject({ status: "todo", rework: 1, reviews: [{ verdict: "void" }] });
  const again = { task: task.id, summary: "again" };
  await expect(execute(requestReviewOperation, runtime, worker.actor, again, call)).rejects.toMatchObject({
    code: "conflict",
  });
});
