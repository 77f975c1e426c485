import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { type Actor, type Runtime, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { exportTree, removeDirectory } from "#server/git/checkout.ts";
import { diffText, readCommit, treeOf } from "#server/git/history.ts";
import { advanceBranch, createBranch } from "#server/git/landing.ts";
import { commitTree } from "#server/git/merge.ts";
import { git, gitText } from "#server/git/run.ts";
import { newId } from "#server/ids.ts";
import { findReadyRepo, repositoryPath } from "#server/repos/queries.ts";
import type { Task } from "#server/tasks/finding.ts";
import type { Turn } from "#server/turns/service.ts";

/** The files of a task for one try: a plain folder, never a checkout. The repository stays where no model writes. */
export interface Workspace {
  path: string;
  repository: string;
  branch: string;
  defaultBranch: string;
}

/** Makes the folder of a turn, or finds the one it had, with what was changed there. Whole or not at all. */
export async function openWorkspace(
  runtime: Runtime,
  actor: Actor,
  turn: Turn,
  task: Task,
): Promise<Workspace | undefined> {
  const { repoId, branch } = task;
  if (!repoId) return undefined;
  const repo = await inTransaction(runtime, actor, { requestId: newId() }, (context) => findReadyRepo(context, repoId));
  const repository = repositoryPath(runtime.settings, repo);
  const path = join(folderOf(runtime, turn), "files");
  if (!existsSync(path)) {
    const fresh = `${path}.${newId()}`;
    await mkdir(fresh, { recursive: true });
    const start =
      (await readCommit(repository, `refs/heads/${branch}`)) ??
      (await readCommit(repository, `refs/heads/${repo.defaultBranch}`));
    if (start) await exportTree(repository, start, fresh);
    await rename(fresh, path);
  }
  return { path, repository, branch, defaultBranch: repo.defaultBranch };
}

const folderOf = ({ settings }: Runtime, { orgId, id }: Turn) => join(settings.dataDir, "workspaces", orgId, id);

/** The turn is over: nothing of its folder is needed any more. */
export const closeWorkspace = (runtime: Runtime, turn: Turn): Promise<void> => removeDirectory(folderOf(runtime, turn));

/**
 * Removes the folders of turns that are over, or were followed by another: of a process that died between the end and
 * its tidying. What is not known as a turn is left alone.
 */
export async function removeLeftWorkspaces(runtime: Runtime): Promise<void> {
  const root = join(runtime.settings.dataDir, "workspaces");
  const subfolders = async (path: string) =>
    (await readdir(path, { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory());
  for (const { name: orgId } of await subfolders(root)) {
    const ids = (await subfolders(join(root, orgId))).map(({ name }) => name).filter((name) => isId.test(name));
    if (ids.length === 0 || !isId.test(orgId)) continue;
    const options = { requestId: `executor-${newId()}` };
    const over = await inTransaction(runtime, systemActor(orgId, "executor"), options, ({ tx }) =>
      tx.execute<{
        id: string;
      }>(sql`select t.id from turns t where t.org_id = ${orgId} and t.id = any(${`{${ids.join(",")}}`}::uuid[])
        and (t.status in ('finished', 'failed') or exists (select 1 from turns o where o.org_id = t.org_id and o.task_id = t.task_id and o.attempt > t.attempt))`),
    );
    for (const { id } of over) await removeDirectory(join(root, orgId, id));
  }
}

const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What was made of the files: a commit that no branch shows yet. */
export interface Made {
  commit: string;
  /** The branch's commit that it follows; null: the branch is not there yet. */
  before: string | null;
  changed: boolean;
  diff: string;
}

/**
 * Makes a commit of the folder's files. The index is our own and the git directory the server's: nothing that was written
 * in the folder is run or believed, and a `.git` in it is removed before git looks at it. No filter is configured.
 */
export async function commitFiles(
  { path, repository, branch, defaultBranch }: Workspace,
  { name, message, at }: { name: string; message: string; at: Date },
): Promise<Made> {
  await removeGitFolders(path);
  const before = await readCommit(repository, `refs/heads/${branch}`);
  const parent = before ?? (await readCommit(repository, `refs/heads/${defaultBranch}`));
  const index = `${path}.index-${newId()}`;
  const options = { repository, workingDirectory: path, env: { GIT_INDEX_FILE: index, GIT_WORK_TREE: path } };
  try {
    // With what is there already, so that ignored files that belong to the tree stay in it.
    if (parent) await git(["read-tree", parent], options);
    await git(["add", "--all", "--", "."], { ...options, timeoutSeconds: 300 });
    const tree = await gitText(["write-tree"], options);
    if (parent && (await treeOf(repository, parent)) === tree)
      return { commit: parent, before, changed: before !== null, diff: "" };
    const author = { name, email: `${name}@agents.invalid` };
    const commit = await commitTree(repository, {
      ...{ tree, parents: parent ? [parent] : [], message, author, committer: author },
      ...{ authoredAt: at.toISOString(), at },
    });
    const diff = parent ? (await diffText(repository, parent, commit)).text : "";
    return { commit, before, changed: true, diff };
  } finally {
    await rm(index, { force: true });
  }
}

/** Moves the task's branch to the commit, forward only and by compare-and-set. */
export async function publishCommit({ repository, branch }: Workspace, { commit, before }: Made): Promise<void> {
  if (commit === before) return;
  if (before === null) await createBranch(repository, branch, commit);
  else await advanceBranch(repository, { branch, newCommit: commit, oldCommit: before });
}

async function removeGitFolders(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.name.toLowerCase() === ".git") await removeDirectory(path);
    else if (entry.isDirectory()) await removeGitFolders(path);
  }
}
