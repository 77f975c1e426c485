import { isAncestor, readCommit } from "./history.ts";
import { requireBranchName, requireCommitId, requireJobId } from "./names.ts";
import { GitError, git, gitText } from "./run.ts";

export type Landing =
  | { outcome: "landed" }
  /** This job landed before, perhaps by a process that died right after. */
  | { outcome: "already_landed"; commit: string }
  /** The branch is not where the candidate was built on; build it again. */
  | { outcome: "moved"; current: string | null };

/**
 * Moves a branch to the commit of a merge job, at most once whoever tries and whenever they die: one transaction of
 * git's own moves the branch by compare-and-set and creates `refs/merged/<job>`, which a second one finds taken.
 */
export async function landCommit(
  repository: string,
  request: { branch: string; newCommit: string; oldCommit: string | null; jobId: string },
): Promise<Landing> {
  const branch = `refs/heads/${requireBranchName(request.branch)}`;
  const newCommit = requireCommitId(request.newCommit);
  const oldCommit = request.oldCommit === null ? "0".repeat(newCommit.length) : requireCommitId(request.oldCommit);
  const failure = await updateRefs(repository, [
    `update ${branch} ${newCommit} ${oldCommit}`,
    `create ${mergedRef(request.jobId)} ${newCommit}`,
  ]);
  if (failure === null) return { outcome: "landed" };
  const landed = await readMergedRef(repository, request.jobId);
  if (landed !== null) return { outcome: "already_landed", commit: landed };
  const current = await readCommit(repository, branch);
  if (current !== request.oldCommit) return { outcome: "moved", current };
  throw failure;
}

/** The commit a merge job landed as, or null when it did not. The truth after a crash. */
export async function readMergedRef(repository: string, jobId: string): Promise<string | null> {
  return readCommit(repository, mergedRef(jobId));
}

/** Every job that landed in this repository, with its commit. */
export async function listMergedRefs(repository: string): Promise<Map<string, string>> {
  const text = await gitText(["for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/merged/"], {
    repository,
  });
  return new Map(text.split("\n").filter(Boolean).map(splitPair));
}

/** Every branch with its commit. */
export async function listBranches(repository: string): Promise<Map<string, string>> {
  const text = await gitText(["for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads/"], {
    repository,
  });
  return new Map(text.split("\n").filter(Boolean).map(splitPair));
}

/** Takes over what the source has: moves a branch forward only, by compare-and-set. */
export async function advanceBranch(
  repository: string,
  request: { branch: string; newCommit: string; oldCommit: string | null },
): Promise<"advanced" | "moved" | "not_fast_forward"> {
  const { oldCommit } = request;
  const newCommit = requireCommitId(request.newCommit);
  if (oldCommit !== null && !(await isAncestor(repository, oldCommit, newCommit))) return "not_fast_forward";
  const branch = `refs/heads/${requireBranchName(request.branch)}`;
  const expected = oldCommit ?? "0".repeat(newCommit.length);
  const failure = await updateRefs(repository, [`update ${branch} ${newCommit} ${expected}`]);
  if (failure === null) return "advanced";
  if ((await readCommit(repository, branch)) !== oldCommit) return "moved";
  throw failure;
}

/** Creates a branch where there is none; an existing one stays as it is. */
export async function createBranch(repository: string, branch: string, commit: string): Promise<"created" | "exists"> {
  const name = `refs/heads/${requireBranchName(branch)}`;
  const failure = await updateRefs(repository, [`create ${name} ${requireCommitId(commit)}`]);
  if (failure === null) return "created";
  if ((await readCommit(repository, name)) !== null) return "exists";
  throw failure;
}

/** Removes a branch if it still points at the given commit. */
export async function deleteBranch(repository: string, branch: string, commit: string): Promise<"deleted" | "moved"> {
  const name = `refs/heads/${requireBranchName(branch)}`;
  const failure = await updateRefs(repository, [`delete ${name} ${requireCommitId(commit)}`]);
  if (failure === null) return "deleted";
  if ((await readCommit(repository, name)) !== commit) return "moved";
  throw failure;
}

/**
 * Removes a branch if it still points at the given commit. With `keep` its commits stay reachable under
 * `refs/discarded/`, in the same transaction: nothing of them is ever lost.
 */
export async function setAside(
  repository: string,
  request: { branch: string; commit: string; keptAs: string; keep: boolean },
): Promise<"deleted" | "moved"> {
  const name = `refs/heads/${requireBranchName(request.branch)}`;
  const commit = requireCommitId(request.commit);
  const kept = `refs/discarded/${requireJobId(request.keptAs)}/${commit}`;
  const failure = await updateRefs(repository, [
    `delete ${name} ${commit}`,
    ...(request.keep ? [`update ${kept} ${commit}`] : []),
  ]);
  if (failure === null) return "deleted";
  if ((await readCommit(repository, name)) !== commit) return "moved";
  throw failure;
}

async function updateRefs(repository: string, lines: string[]): Promise<GitError | null> {
  const input = ["start", ...lines, "prepare", "commit", ""].join("\n");
  try {
    await git(["update-ref", "--stdin"], { repository, input });
    return null;
  } catch (error) {
    if (error instanceof GitError && error.reason === "exit") return error;
    throw error;
  }
}

function mergedRef(jobId: string): string {
  return `refs/merged/${requireJobId(jobId)}`;
}

function splitPair(line: string): [string, string] {
  const at = line.lastIndexOf(" ");
  return [line.slice(0, at), line.slice(at + 1)];
}
