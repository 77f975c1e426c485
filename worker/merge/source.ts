import { AppError } from "#server/errors.ts";
import { isAncestor, readCommit } from "#server/git/history.ts";
import { advanceBranch } from "#server/git/landing.ts";
import { git } from "#server/git/run.ts";
import { fetchFromSource, pushToSource } from "#server/git/source.ts";
import { recordFetched, sourceOf } from "#server/repos/jobs.ts";
import type { Go } from "./go.ts";

/** Hidden from clients like everything below `refs/source`. */
const candidateRef = (jobId: string) => `refs/source/candidates/${jobId}`;

/** What fetching needs of a go; the same outside of a merge. */
export type FetchGo = Pick<Go, "runtime" | "sourced" | "repository" | "transaction">;

export const headOf = (go: FetchGo): Promise<string | null> =>
  readCommit(go.repository, `refs/heads/${go.sourced.repo.defaultBranch}`);

/** Takes over what others committed at the source. The log hears of it first: these commits passed no gate of ours. */
export async function fetchSource(go: FetchGo): Promise<void> {
  const theirs = await fetchHead(go);
  const ours = await headOf(go);
  if (!theirs || !ours || (await isAncestor(go.repository, theirs, ours))) return;
  const { defaultBranch } = go.sourced.repo;
  if (!(await isAncestor(go.repository, ours, theirs))) {
    throw new AppError(
      "conflict",
      `${defaultBranch} was rewritten at the source and has no longer all that was merged here. Bring the two together there.`,
    );
  }
  await go.transaction((context) => recordFetched(context, go.sourced.repo, { headCommit: theirs, previous: ours }));
  await advanceBranch(go.repository, { branch: defaultBranch, newCommit: theirs, oldCommit: ours });
}

/**
 * Brings a tested commit to the source before it lands here: the source may refuse it or have moved, and what has
 * landed cannot be taken back. The ref kept here tells a later worker what it was, should this one die in between.
 * @returns `moved` when the source has new commits and the merge must start over.
 */
export async function offerToSource(
  go: Go,
  { jobId, commit }: { jobId: string; commit: string },
): Promise<"taken" | "moved"> {
  const source = await sourceOf(go.runtime.settings, go.sourced);
  if (!source) return "taken";
  await git(["update-ref", candidateRef(jobId), commit], { repository: go.repository });
  const pushed = await pushToSource(go.repository, source, { branch: go.sourced.repo.defaultBranch, commit });
  if (pushed.outcome === "moved") return "moved";
  if (pushed.outcome === "refused") {
    const hint =
      source.kind === "local"
        ? " If the branch is checked out there, run `git config receive.denyCurrentBranch updateInstead` in it."
        : "";
    throw new AppError("conflict", `${pushed.message}${hint}`);
  }
  return "taken";
}

/** The commit of a job that reached the source although nobody here wrote it down, or null. */
export async function findTaken(go: Go, jobId: string): Promise<string | null> {
  const kept = await readCommit(go.repository, candidateRef(jobId));
  const theirs = kept && (await fetchHead(go));
  return kept && theirs && (await isAncestor(go.repository, kept, theirs)) ? kept : null;
}

async function fetchHead(go: FetchGo): Promise<string | null> {
  const source = await sourceOf(go.runtime.settings, go.sourced);
  if (!source) return null;
  const { defaultBranch } = go.sourced.repo;
  const head = await fetchFromSource(go.repository, source, { branch: defaultBranch });
  if (!head) throw new AppError("unavailable", `The source has no branch ${defaultBranch} any more.`);
  return head;
}
