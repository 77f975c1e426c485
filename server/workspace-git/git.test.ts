import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readCommit } from "../git/history.ts";
import { userGit } from "../git/test/repository.ts";
import { claimTask } from "../leases/operations.ts";
import { createTestMember } from "../test/fixtures.ts";
import { getWorkspace } from "../workspaces/operations.ts";
import { openWorkingCopies } from "../workspaces/test/working-copies.ts";
import * as operations from "./operations.ts";

const shop = await openWorkingCopies();
const { org, repo, run, filesOf, made } = shop;
const status = (workspaceId: string) => run(operations.workspaceGitStatus, { workspaceId });
const commitAll = (workspaceId: string, message = "Work") =>
  run(operations.commitWorkspace, { workspaceId, message, all: true });

test("what changed is told file by file: staged, not staged, new, renamed, deleted", async () => {
  const { id } = await made();
  const files = filesOf(id);
  await writeFile(join(files, "keep me.txt"), "one\n".repeat(20));
  await writeFile(join(files, "gone.txt"), "x\n");
  const { commit } = await commitAll(id, "Begin the work");
  expect(await status(id)).toMatchObject({ head: commit, files: [] });
  await writeFile(join(files, "new ä.txt"), "n\n");
  await writeFile(join(files, "moved.txt"), "one\n".repeat(20));
  await rm(join(files, "keep me.txt"));
  await rm(join(files, "gone.txt"));
  await run(operations.stageWorkspaceFiles, { workspaceId: id, paths: ["keep me.txt", "moved.txt"] });
  const { files: told } = await status(id);
  expect(told).toContainEqual({
    path: "moved.txt",
    previousPath: "keep me.txt",
    staged: "renamed",
    unstaged: null,
    isConflicted: false,
  });
  expect(told).toContainEqual({
    path: "gone.txt",
    previousPath: null,
    staged: null,
    unstaged: "deleted",
    isConflicted: false,
  });
  expect(told).toContainEqual({
    path: "new ä.txt",
    previousPath: null,
    staged: null,
    unstaged: "added",
    isConflicted: false,
  });
  const unstaged = await run(operations.unstageWorkspaceFiles, { workspaceId: id });
  expect(unstaged.files.filter(({ staged }) => staged !== null)).toEqual([]);
});

test("the diff shows new files too, and leaves the index alone; of the base it shows commits as well", async () => {
  const { id } = await made();
  const files = filesOf(id);
  await writeFile(join(files, "a.txt"), "1\n2\n");
  const before = await status(id);
  const diff = await run(operations.workspaceDiffOperation, { workspaceId: id });
  expect(diff.files).toEqual([{ path: "a.txt", status: "added", previousPath: null, additions: 2, deletions: 0 }]);
  expect(diff.diff).toContain("+2");
  expect(await status(id)).toEqual(before);
  await commitAll(id);
  expect((await run(operations.workspaceDiffOperation, { workspaceId: id })).files).toEqual([]);
  expect((await run(operations.workspaceDiffOperation, { workspaceId: id, of: "base" })).files).toMatchObject([
    { path: "a.txt" },
  ]);
});

test("commits carry the name of who makes them; branches and the log show them", async () => {
  const { id } = await made({ repoId: repo.id, name: "Logging" });
  await writeFile(join(filesOf(id), "a.txt"), "1\n");
  await expect(run(operations.commitWorkspace, { workspaceId: id, message: "Nothing" })).rejects.toMatchObject({
    code: "conflict",
  });
  const { commit, branch } = await commitAll(id, "First line\n\nAnd why.");
  expect(branch).toBe("logging");
  const { commits } = await run(operations.workspaceLog, { workspaceId: id });
  expect(commits[0]).toMatchObject({
    id: commit,
    subject: "First line",
    body: "And why.",
    authorName: org.owner.name,
    parents: [repo.headCommit],
  });
  await run(operations.checkoutWorkspaceBranch, { workspaceId: id, branch: "other", create: true });
  const { branches } = await run(operations.listWorkspaceBranches, { workspaceId: id });
  expect(branches.find(({ isCurrent }) => isCurrent)).toMatchObject({ name: "other", isRemote: false, commit });
  expect(branches.find(({ isRemote }) => isRemote)).toMatchObject({ name: repo.defaultBranch });
  for (const name of ["--orphan=x", "a..b", "-b"])
    await expect(run(operations.checkoutWorkspaceBranch, { workspaceId: id, branch: name })).rejects.toMatchObject({
      code: "invalid",
    });
  await expect(run(operations.checkoutWorkspaceBranch, { workspaceId: id, branch: "nowhere" })).rejects.toMatchObject({
    code: "conflict",
  });
});

test("commits are pushed onto the branch of a task that one holds, and the board hears of it", async () => {
  const task = await shop.addTask(org, repo, "Push it");
  const { id } = await made({ task: task.id });
  await writeFile(join(filesOf(id), "pushed.txt"), "content");
  const { commit } = await commitAll(id);
  await expect(run(operations.pushWorkspace, { workspaceId: id })).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("claim_task"),
  });
  await run(claimTask, { task: task.id });
  expect(await run(operations.pushWorkspace, { workspaceId: id })).toMatchObject({
    branch: task.branch,
    commit,
    previous: null,
    outcome: "pushed",
  });
  expect(await readCommit(shop.bare(org, repo), `refs/heads/${task.branch}`)).toBe(commit);
  expect((await shop.readTask(org, task.id)).headCommit).toBe(commit);
  expect(await run(operations.pushWorkspace, { workspaceId: id })).toMatchObject({ outcome: "up_to_date" });
  await writeFile(join(filesOf(id), "pushed.txt"), "more");
  const { commit: second } = await commitAll(id, "More");
  expect(await run(operations.pushWorkspace, { workspaceId: id })).toMatchObject({ commit: second, previous: commit });
  // Somebody rewrites what was pushed: refused in words, nothing moves.
  await run(operations.checkoutWorkspaceBranch, { workspaceId: id, branch: repo.defaultBranch });
  await writeFile(join(filesOf(id), "elsewhere.txt"), "x");
  await commitAll(id, "Elsewhere");
  await expect(run(operations.pushWorkspace, { workspaceId: id })).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("Merge or rebase"),
  });
  expect(await readCommit(shop.bare(org, repo), `refs/heads/${task.branch}`)).toBe(second);
});

test("a working copy hears what the server's branches are now, and which are gone; what is checked out stays", async () => {
  const { id } = await made({ repoId: repo.id, name: "Fetching" });
  const task = await shop.addTask(org, repo, "Fetched");
  const other = await made({ task: task.id });
  await writeFile(join(filesOf(other.id), "news.txt"), "content");
  const { commit } = await commitAll(other.id);
  await run(claimTask, { task: task.id });
  await run(operations.pushWorkspace, { workspaceId: other.id });
  const before = await status(id);
  const fetched = await run(operations.workspaceFetch, { workspaceId: id });
  expect(fetched.updated).toContainEqual({ branch: task.branch, commit, previous: null });
  const { branches } = await run(operations.listWorkspaceBranches, { workspaceId: id });
  expect(branches).toContainEqual(expect.objectContaining({ name: task.branch, isRemote: true, commit }));
  expect(await status(id)).toEqual(before);
  expect(await run(operations.workspaceFetch, { workspaceId: id })).toEqual({ updated: [], removed: [] });
  await userGit(shop.bare(org, repo), "update-ref", "-d", `refs/heads/${task.branch}`);
  expect((await run(operations.workspaceFetch, { workspaceId: id })).removed).toEqual([task.branch]);
});

test("what is not sound is not taken: objects that break git's rules, and packs that are no packs", async () => {
  const task = await shop.addTask(org, repo, "Hostile");
  const { id } = await made({ task: task.id });
  await run(claimTask, { task: task.id });
  const files = filesOf(id);
  // A tree that would write into git's own folder where it is checked out.
  const script = `#!/bin/sh
blob=$(echo x | git hash-object -w --stdin)
tree=$(printf '40000 .git\\0' | cat - /dev/null > /tmp/t; printf '100644 .git\\0' > /tmp/t; printf "$(echo $blob | sed 's/../\\\\x&/g')" >> /tmp/t; git hash-object -t tree -w --literally /tmp/t)
git update-ref HEAD $(git commit-tree $tree -p HEAD -m evil)
`;
  await mkdir(join(files, ".git/hooks"), { recursive: true });
  await writeFile(join(files, ".git/hooks/pre-commit"), script);
  await chmod(join(files, ".git/hooks/pre-commit"), 0o755);
  await writeFile(join(files, "x.txt"), "x");
  await commitAll(id).catch(() => undefined);
  await expect(run(operations.pushWorkspace, { workspaceId: id })).rejects.toMatchObject({
    code: expect.stringMatching(/invalid|conflict/),
  });
  expect(await readCommit(shop.bare(org, repo), `refs/heads/${task.branch}`)).toBeNull();
});

test("a hostile .git runs nothing on the server: hooks, monitors, filters, drivers, aliases, a .git that is a link", async () => {
  const { id } = await made();
  const files = filesOf(id);
  const canary = join(shop.dataDir, "canary");
  const touch = `touch ${canary} inside`;
  await writeFile(join(files, ".gitattributes"), "* filter=evil diff=evil merge=evil\n");
  const settings = [
    [
      "core",
      `fsmonitor = "${touch}"\n\tsshCommand = "${touch}"\n\tpager = "${touch}"\n\teditor = "${touch}"\n\thooksPath = .git/hooks`,
    ],
    ['filter "evil"', `clean = "${touch}; cat"\n\tsmudge = "${touch}; cat"\n\trequired = true`],
    ['diff "evil"', `command = "${touch}"\n\ttextconv = "${touch}"`],
    ["alias", `status = "!${touch}"\n\tdiff = "!${touch}"`],
    ["gpg", `program = "${touch}"`],
  ];
  const config = settings.map(([section, body]) => `[${section}]\n\t${body}\n`).join("");
  await writeFile(join(files, ".git/config"), (await readFile(join(files, ".git/config"), "utf8")) + config);
  await mkdir(join(files, ".git/hooks"), { recursive: true });
  for (const hook of [
    "pre-commit",
    "post-commit",
    "post-checkout",
    "post-index-change",
    "reference-transaction",
    "pre-push",
  ]) {
    await writeFile(join(files, ".git/hooks", hook), `#!/bin/sh\n${touch}\n`);
    await chmod(join(files, ".git/hooks", hook), 0o755);
  }
  await writeFile(join(files, "a.txt"), "1\n");
  await status(id);
  await run(operations.workspaceDiffOperation, { workspaceId: id });
  await run(operations.stageWorkspaceFiles, { workspaceId: id }).catch(() => undefined);
  await run(operations.commitWorkspace, { workspaceId: id, message: "x" }).catch(() => undefined);
  await run(operations.workspaceLog, { workspaceId: id });
  await run(operations.checkoutWorkspaceBranch, { workspaceId: id, branch: "x", create: true }).catch(() => undefined);
  expect(existsSync(join(files, "inside")), "the attack itself works, inside").toBe(true);
  if (shop.runtime.settings.sandbox === "bubblewrap") expect(existsSync(canary)).toBe(false);
  await rm(join(files, ".git"), { recursive: true });
  await writeFile(join(files, ".git"), `gitdir: ${shop.bare(org, repo)}\n`);
  if (shop.runtime.settings.sandbox === "bubblewrap")
    await expect(status(id)).rejects.toMatchObject({ code: "conflict" });
  expect((await run(getWorkspace, { workspaceId: id })).workspace.status).toBe("ready");
});

test("viewers read; what changes anything is not theirs", async () => {
  const { id } = await made();
  const viewer = await createTestMember(shop.runtime, org, "viewer");
  expect((await run(operations.workspaceGitStatus, { workspaceId: id }, viewer)).files).toEqual([]);
  const changes = [
    () => run(operations.commitWorkspace, { workspaceId: id, message: "x" }, viewer),
    () => run(operations.stageWorkspaceFiles, { workspaceId: id }, viewer),
    () => run(operations.checkoutWorkspaceBranch, { workspaceId: id, branch: "x", create: true }, viewer),
    () => run(operations.pushWorkspace, { workspaceId: id }, viewer),
    () => run(operations.workspaceFetch, { workspaceId: id }, viewer),
  ];
  for (const change of changes) await expect(change()).rejects.toMatchObject({ code: "forbidden" });
});
