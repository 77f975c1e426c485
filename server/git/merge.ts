import { type Commit, commitsBetween } from "./history.ts";
import { requireCommitId } from "./names.ts";
import { GitError, git, gitText } from "./run.ts";

export interface Person {
  name: string;
  email: string;
}

export type MergedTree = { clean: true; tree: string } | { clean: false; files: string[]; messages: string[] };

export type Candidate =
  | { clean: true; commit: string; tree: string }
  | { clean: false; files: string[]; messages: string[]; conflictingCommit: string };

export interface MergeRequest {
  strategy: "merge" | "squash" | "rebase";
  /** The commit the result stands on: the default branch, or the candidate of the job before. */
  target: string;
  /** The approved commit. */
  commit: string;
  message: string;
  author: Person;
  committer: Person;
  /** Fixed once per job, so that building the same candidate again gives the same commit. */
  at: Date;
}

/** Merges two commits without a work tree (about 5 ms), telling which files conflict. */
export async function mergeTree(repository: string, target: string, commit: string): Promise<MergedTree> {
  const args = ["merge-tree", "--write-tree", "-z", "--name-only", "--messages"];
  const { stdout, stderr, exitCode } = await git([...args, requireCommitId(target), requireCommitId(commit)], {
    repository,
    acceptedExitCodes: [1, 128],
  });
  const text = stdout.toString("utf8");
  const [tree = ""] = text.split("\0", 1);
  if (exitCode === 0) return { clean: true, tree };
  if (exitCode === 128) {
    if (!stderr.includes("unrelated histories")) throw new GitError("merge-tree", "exit", exitCode, stderr);
    return { clean: false, files: [], messages: ["The branch has no commit in common with its target."] };
  }
  // tree NUL file NUL file NUL NUL, then messages as: count NUL path… NUL kind NUL message NUL
  const end = text.indexOf("\0\0", tree.length);
  const files = text
    .slice(tree.length + 1, end)
    .split("\0")
    .filter(Boolean);
  return { clean: false, files, messages: conflictMessages(text.slice(end + 2)) };
}

/** Makes a commit object from a tree. The same arguments always give the same id. */
export async function commitTree(
  repository: string,
  commit: {
    tree: string;
    parents: string[];
    message: string;
    author: Person;
    committer: Person;
    authoredAt: string;
    at: Date;
  },
): Promise<string> {
  const parents = commit.parents.flatMap((parent) => ["-p", requireCommitId(parent)]);
  return gitText(["commit-tree", requireCommitId(commit.tree), ...parents, "-F", "-"], {
    repository,
    input: commit.message.endsWith("\n") ? commit.message : `${commit.message}\n`,
    env: {
      GIT_AUTHOR_NAME: identity(commit.author.name),
      GIT_AUTHOR_EMAIL: identity(commit.author.email),
      GIT_AUTHOR_DATE: commit.authoredAt,
      GIT_COMMITTER_NAME: identity(commit.committer.name),
      GIT_COMMITTER_EMAIL: identity(commit.committer.email),
      GIT_COMMITTER_DATE: commit.at.toISOString(),
    },
  });
}

/** Builds the commit that would become the branch. Nothing moves: land it with `landCommit` when its tree passed. */
export async function buildCandidate(repository: string, request: MergeRequest): Promise<Candidate> {
  if (request.strategy === "rebase") return rebaseCommits(repository, request);
  const merged = await mergeTree(repository, request.target, request.commit);
  if (!merged.clean) return { ...merged, conflictingCommit: request.commit };
  const parents = request.strategy === "merge" ? [request.target, request.commit] : [request.target];
  const commit = await commitTree(repository, {
    ...request,
    tree: merged.tree,
    parents,
    authoredAt: request.at.toISOString(),
  });
  return { clean: true, commit, tree: merged.tree };
}

/**
 * Replays each commit on the target, as `git rebase` does (merges in between are left out). git 2.39 cannot be told
 * the merge base, so "ours" is given as a commit whose only parent is the replayed commit's parent: that parent then
 * is the merge base.
 */
async function rebaseCommits(repository: string, request: MergeRequest): Promise<Candidate> {
  const { committer, at } = request;
  let tip = request.target;
  let tree = await gitText(["rev-parse", "--verify", `${requireCommitId(tip)}^{tree}`], { repository });
  const commits = await commitsBetween(repository, request.target, request.commit, {
    oldestFirst: true,
    limit: 100_000,
  });
  for (const commit of commits.filter(({ parents }) => parents.length === 1)) {
    const ours = await commitTree(repository, {
      ...{ tree, parents: commit.parents, message: "base", author: committer, committer, at },
      authoredAt: at.toISOString(),
    });
    const merged = await mergeTree(repository, ours, commit.id);
    if (!merged.clean) return { ...merged, conflictingCommit: commit.id };
    if (merged.tree === tree) continue;
    tree = merged.tree;
    tip = await commitTree(repository, { ...replayed(commit), tree, parents: [tip], committer, at });
  }
  return { clean: true, commit: tip, tree };
}

function replayed(commit: Commit) {
  return {
    message: commit.body === "" ? commit.subject : `${commit.subject}\n\n${commit.body}`,
    author: { name: commit.authorName, email: commit.authorEmail },
    authoredAt: commit.authoredAt,
  };
}

function conflictMessages(text: string): string[] {
  const fields = text.split("\0");
  const messages: string[] = [];
  for (let at = 0; at < fields.length - 1; ) {
    const kindAt = at + 1 + Number(fields[at]);
    if (fields[kindAt]?.startsWith("CONFLICT")) messages.push((fields[kindAt + 1] ?? "").trim());
    at = kindAt + 2;
  }
  return messages;
}

/** git drops these characters silently and refuses a name that has nothing else. */
function identity(text: string): string {
  return text.replace(/[<>\n\0]/g, "").trim() || "unknown";
}
