import { and, eq, sql } from "drizzle-orm";
import { worktrees } from "#db/schema/handover.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { countApart, readCommit } from "../git/history.ts";
import { findReadyRepo, readRepo, repositoryPath } from "../repos/queries.ts";
import { findTask, type Task } from "../tasks/finding.ts";
import type { Worktree } from "./schema.ts";

export type WorktreeRow = typeof worktrees.$inferSelect;

/** What git is asked after the transaction, and what was known before. */
export interface Place {
  repository: string;
  told: Omit<Worktree, "head" | "ahead" | "behind" | "merged" | "commands">;
  isDone: boolean;
}

/** The worktree of a task. @throws AppError not_found when nobody has made one. */
export async function findWorktree({ tx, actor }: Context, task: Task): Promise<WorktreeRow> {
  const [row] = await tx
    .select()
    .from(worktrees)
    .where(and(eq(worktrees.orgId, actor.orgId), eq(worktrees.taskId, task.id)));
  if (row) return row;
  throw new AppError("not_found", `#${task.number} has no worktree. Make one with create_worktree.`);
}

/** Where a task is worked on, as far as the tables know. */
export async function placeOf(context: Context, ref: string): Promise<Place> {
  const task = await findTask(context, ref);
  const row = await findWorktree(context, task);
  const repo = await findReadyRepo(context, row.repoId);
  const { cloneUrl } = await readRepo(context, repo.id);
  return {
    repository: repositoryPath(context.settings, repo),
    isDone: task.status === "done",
    told: {
      task: { id: task.id, number: task.number, title: task.title },
      repo: { id: repo.id, name: repo.name },
      remote: await remoteFor(context, task, cloneUrl),
      branch: row.branch,
      defaultBranch: repo.defaultBranch,
      baseCommit: row.baseCommit,
      createdBy: row.createdBy,
      createdAt: row.createdAt.toISOString(),
    },
  };
}

/** The same with what git says now: how far the branch is, and what to run. */
export async function describePlace({ repository, told, isDone }: Place): Promise<{ worktree: Worktree }> {
  const [head, main] = await Promise.all([
    readCommit(repository, `refs/heads/${told.branch}`),
    readCommit(repository, `refs/heads/${told.defaultBranch}`),
  ]);
  const { ahead, behind } = head && main ? await countApart(repository, head, main) : { ahead: 0, behind: 0 };
  const merged = isDone || (head !== null && head !== told.baseCommit && ahead === 0);
  return { worktree: { ...told, head, ahead, behind, merged, commands: commandsFor(told, head) } };
}

/** The folder of a task's worktree, beside the clone. */
export const folderOf = (branch: string): string => `../${branch}`;

function commandsFor({ remote, branch, defaultBranch, repo }: Place["told"], head: string | null) {
  const from = head ? branch : defaultBranch;
  return {
    clone: `git clone ${remote} ${repo.name.replaceAll(/[^\w.-]+/g, "-")}`,
    checkOut: [
      `git fetch ${remote} +refs/heads/${from}:refs/remotes/origin/${from}`,
      `git worktree add --no-track -B ${branch} ${folderOf(branch)} origin/${from}`,
    ],
    update: [
      `git fetch ${remote} +refs/heads/${defaultBranch}:refs/remotes/origin/${defaultBranch}`,
      `git merge origin/${defaultBranch}`,
    ],
    push: `git push ${remote} HEAD:refs/heads/${branch}`,
  };
}

/** The clone URL with the caller's live lease as the user name: what is pushed is pushed under it. */
async function remoteFor({ tx, actor }: Context, task: Task, cloneUrl: string): Promise<string> {
  const [lease] = await tx.execute<{
    id: string;
  }>(sql`select id from leases where org_id = ${actor.orgId} and task_id = ${task.id}
    and coalesce(agent_id, user_id)::text = ${actor.id} and ended_at is null`);
  if (!lease) return cloneUrl;
  const url = new URL(cloneUrl);
  url.username = lease.id;
  return url.href;
}
