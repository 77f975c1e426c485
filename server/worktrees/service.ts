import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import { worktrees } from "#db/schema/handover.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { countApart, mergeBase, readCommit } from "../git/history.ts";
import { setAside } from "../git/landing.ts";
import { findReadyRepo, repositoryPath } from "../repos/queries.ts";
import { findTask, lockTask, type Task } from "../tasks/finding.ts";
import { findWorktree, folderOf, type Place, placeOf } from "./queries.ts";
import type { createWorktreeInput, removedWorktree, removeWorktreeInput } from "./schema.ts";

/**
 * Writes down that a task is worked on and where its branch begins. There is one for each task; asked again, it is
 * answered again.
 * @throws AppError invalid for a task without a repository, conflict for one that is over or a repository that is not ready.
 */
export async function createWorktree(
  context: Context,
  { task: ref }: z.output<typeof createWorktreeInput>,
): Promise<Place> {
  const { tx, actor, settings } = context;
  const task = await lockTask(context, (await findTask(context, ref)).id);
  if (!task.repoId) throw new AppError("invalid", `#${task.number} has no repository, so it needs no worktree.`);
  if (task.archivedAt || task.status === "done" || task.status === "cancelled")
    throw new AppError(
      "conflict",
      `#${task.number} is ${task.archivedAt ? "archived" : task.status}; nothing is left to do there.`,
    );
  const repo = await findReadyRepo(context, task.repoId);
  const [existing] = await tx
    .select({ taskId: worktrees.taskId })
    .from(worktrees)
    .where(and(eq(worktrees.orgId, actor.orgId), eq(worktrees.taskId, task.id)));
  if (!existing) {
    const baseCommit = await baseOf(repositoryPath(settings, repo), task, repo.defaultBranch);
    const data = { repoId: repo.id, branch: task.branch, baseCommit };
    await record(context, "worktree.created", [{ subject: task.id, task: task.id, team: task.teamId, data }]);
  }
  return placeOf(context, task.id);
}

/** Where the branch left the default branch; for a new one, where that is now. */
async function baseOf(repository: string, task: Task, defaultBranch: string): Promise<string> {
  const main = await readCommit(repository, `refs/heads/${defaultBranch}`);
  const head = await readCommit(repository, `refs/heads/${task.branch}`);
  const base = main && head ? await mergeBase(repository, main, head) : main;
  if (base) return base;
  throw new AppError(
    "conflict",
    `${defaultBranch} has no commit yet, so there is nothing to begin from. Push one there.`,
  );
}

export interface Removal {
  repository: string;
  branch: string;
  taskId: string;
  /** Deleted with its branch, if it is still that. */
  head: string | null;
  discardedCommits: number;
}

/**
 * Forgets a worktree. Its branch goes too when it holds nothing of its own.
 * @throws AppError conflict when it holds commits that were never merged, unless they are to be discarded, and while
 * they are being judged or merged.
 */
export async function removeWorktree(
  context: Context,
  { task: ref, discardCommits }: z.output<typeof removeWorktreeInput>,
): Promise<Removal> {
  const task = await lockTask(context, (await findTask(context, ref)).id);
  const row = await findWorktree(context, task);
  const repo = await findReadyRepo(context, row.repoId);
  const repository = repositoryPath(context.settings, repo);
  const head = await readCommit(repository, `refs/heads/${row.branch}`);
  const main = await readCommit(repository, `refs/heads/${repo.defaultBranch}`);
  const own = head && main ? (await countApart(repository, head, main)).ahead : 0;
  // The branch of a merged task is its history: it stays, whatever way it was merged.
  const isKept = head === null || task.status === "done";
  if (!isKept && own > 0) refuseToLose(task, own, discardCommits);
  const discardedCommits = isKept ? 0 : own;
  const data = { head: isKept ? null : head, discardedCommits };
  await record(context, "worktree.removed", [{ subject: task.id, task: task.id, team: task.teamId, data }]);
  return { repository, branch: row.branch, taskId: task.id, head: data.head, discardedCommits };
}

function refuseToLose(task: Task, own: number, discardCommits: boolean): void {
  const commits = own === 1 ? "1 commit that was" : `${own} commits that were`;
  if (["in_review", "in_approval", "merging"].includes(task.status)) {
    throw new AppError(
      "conflict",
      `#${task.number} is ${task.status} with ${commits} never merged. Its worktree can be removed when that is decided.`,
    );
  }
  if (discardCommits) return;
  throw new AppError(
    "conflict",
    `${task.branch} has ${commits} never merged. Finish with request_review, or remove the worktree with discardCommits: true.`,
    { commits: own },
  );
}

/** What follows after the commit: the branch goes unless somebody pushed meanwhile. Dying before it leaves a branch, never loses one. */
export async function deleteWithBranch({
  repository,
  branch,
  taskId,
  head,
  discardedCommits,
}: Removal): Promise<z.output<typeof removedWorktree>> {
  const outcome = head
    ? await setAside(repository, { branch, commit: head, keptAs: taskId, keep: discardedCommits > 0 })
    : null;
  return {
    removed: true,
    branchDeleted: outcome === "deleted",
    discardedCommits: outcome === "deleted" ? discardedCommits : 0,
    commands: [`git worktree remove --force ${folderOf(branch)}`, `git branch -D ${branch}`],
  };
}
