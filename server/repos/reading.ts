import { and, desc, eq } from "drizzle-orm";
import type { z } from "zod";
import { reviews } from "#db/schema/reviews.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { readFileAt } from "../git/files.ts";
import { changedFiles, commitsBetween, diffText, mergeBase, readCommit, requireCommit } from "../git/history.ts";
import { requireTreePath } from "../git/names.ts";
import { findTask } from "../tasks/finding.ts";
import { findReadyRepo, findRepo, repositoryPath } from "./queries.ts";
import type { fileResult, readFileInput, taskDiffInput } from "./schema.ts";

/** What git is asked after the transaction: a repository and the two ends of a task's work. */
export interface Range {
  repository: string;
  defaultBranch: string;
  head: string | null;
  /** Known from the review; otherwise where the branch left the default branch. */
  base: string | null;
}

const FILE_LIMIT_BYTES = 1024 * 1024;
const DIFF_LIMIT_BYTES = 2 * 1024 * 1024;

/** The work of a task: from where its branch began to its newest pushed commit. */
export async function rangeOfTask(context: Context, ref: string): Promise<Range> {
  const { tx, actor, settings } = context;
  const task = await findTask(context, ref);
  if (!task.repoId) throw new AppError("invalid", `#${task.number} has no repository, so there are no files to read.`);
  const repo = await findReadyRepo(context, task.repoId);
  const [review] = await tx
    .select({ commit: reviews.commit, baseCommit: reviews.baseCommit })
    .from(reviews)
    .where(and(eq(reviews.orgId, actor.orgId), eq(reviews.taskId, task.id)))
    .orderBy(desc(reviews.attempt))
    .limit(1);
  // A merged branch has no base of its own any more: the review remembers it.
  const base = review && review.commit === task.headCommit ? review.baseCommit : null;
  return {
    repository: repositoryPath(settings, repo),
    defaultBranch: repo.defaultBranch,
    head: task.headCommit,
    base,
  };
}

export async function diffOf(range: Range, input: z.output<typeof taskDiffInput>) {
  const { base, head } = await endsOf(range);
  if (!base || !head) return { base, head, diff: "", truncated: false };
  const { text, truncated } = await diffText(range.repository, base, head, {
    maxBytes: DIFF_LIMIT_BYTES,
    paths: (input.paths ?? []).map(requireTreePath),
    contextLines: input.contextLines,
  });
  return { base, head, diff: text, truncated };
}

export async function filesOf(range: Range) {
  const { base, head } = await endsOf(range);
  return { base, head, files: base && head ? await changedFiles(range.repository, base, head) : [] };
}

export async function commitsOf(range: Range, limit: number) {
  const { base, head } = await endsOf(range);
  const commits = base && head ? await commitsBetween(range.repository, base, head, { limit }) : [];
  return { base, head, commits };
}

/** Which repository and revision a file is read from. */
export async function fileSource(context: Context, input: z.output<typeof readFileInput>) {
  if (input.task) {
    const { repository, head, defaultBranch } = await rangeOfTask(context, input.task);
    return { repository, revision: input.revision ?? head ?? defaultBranch };
  }
  if (!input.repoId) throw new AppError("invalid", "Name a task or a repository to read from.");
  const repo = await findReadyRepo(context, (await findRepo(context, input.repoId)).id);
  return { repository: repositoryPath(context.settings, repo), revision: input.revision ?? repo.defaultBranch };
}

export async function readFile(
  { repository, revision }: { repository: string; revision: string },
  path: string,
): Promise<z.output<typeof fileResult>> {
  const safePath = requireTreePath(path);
  const commit = await requireCommit(repository, revision);
  const file = await readFileAt(repository, commit, safePath, { maxBytes: FILE_LIMIT_BYTES });
  if (!file) throw new AppError("not_found", `There is no file ${safePath} at ${revision}.`);
  const { bytes, truncated, text } = file;
  return { path: safePath, commit, bytes, truncated, text, binary: text === null };
}

async function endsOf({ repository, defaultBranch, head, base }: Range) {
  if (!head || base) return { base, head };
  const main = await readCommit(repository, `refs/heads/${defaultBranch}`);
  return { base: main && (await mergeBase(repository, main, head)), head };
}
