import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { changedFiles, diffText } from "../git/history.ts";
import { requireTreePath } from "../git/names.ts";
import { findReadyRepo, repositoryPath } from "../repos/queries.ts";
import type { Task } from "../tasks/finding.ts";
import type { newComment } from "./schema.ts";
import type { ReviewRow } from "./service.ts";
import type { z } from "zod";

type Comment = z.output<typeof newComment>;
type Range = readonly [first: number, last: number];

/**
 * Refuses remarks on lines that the reviewed diff does not show: nobody would find them there.
 * @throws AppError invalid naming the files that changed, or the lines of the file that are shown.
 */
export async function requireShownLines(
  context: Context,
  task: Task,
  review: ReviewRow,
  comments: readonly Comment[],
): Promise<void> {
  const { commit, baseCommit } = review;
  if (comments.length === 0 || !task.repoId || !commit || !baseCommit) return;
  const repository = repositoryPath(context.settings, await findReadyRepo(context, task.repoId));
  const files = await changedFiles(repository, baseCommit, commit);
  const shown = new Map<string, Record<Comment["side"], Range[]>>();
  for (const comment of comments) {
    const path = requireTreePath(comment.path);
    const file = files.find((each) => each.path === path || (comment.side === "old" && each.previousPath === path));
    if (!file) throw new AppError("invalid", `${path} is not among the files that changed: ${listOf(files)}.`);
    const paths = [file.path, ...(file.previousPath ? [file.previousPath] : [])];
    const lines = shown.get(file.path) ?? linesOf((await diffText(repository, baseCommit, commit, { paths })).text);
    shown.set(file.path, lines);
    refuseHidden(comment, lines[comment.side]);
  }
}

function refuseHidden({ path, line, side }: Comment, ranges: readonly Range[]): void {
  if (ranges.some(([first, last]) => line >= first && line <= last)) return;
  const which = side === "new" ? "as the branch has it" : "as it was";
  const lines = ranges.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(", ");
  throw new AppError(
    "invalid",
    lines
      ? `Line ${line} of ${path} (${which}) is not in the diff, which shows the lines ${lines} of it.`
      : `The diff shows no lines of ${path} ${which}. Try the other side, or say it with send_message.`,
    { path, side, lines: ranges },
  );
}

/** Which lines a unified diff of one file shows on either side. */
export function linesOf(diff: string): Record<Comment["side"], Range[]> {
  const shown: Record<Comment["side"], Range[]> = { old: [], new: [] };
  for (const [, oldStart, oldCount = "1", newStart, newCount = "1"] of diff.matchAll(
    /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm,
  )) {
    if (Number(oldCount) > 0) shown.old.push([Number(oldStart), Number(oldStart) + Number(oldCount) - 1]);
    if (Number(newCount) > 0) shown.new.push([Number(newStart), Number(newStart) + Number(newCount) - 1]);
  }
  return shown;
}

function listOf(files: readonly { path: string }[]): string {
  const names = files.slice(0, 20).map(({ path }) => path);
  return files.length > 20 ? `${names.join(", ")} and ${files.length - 20} more` : names.join(", ") || "none";
}
