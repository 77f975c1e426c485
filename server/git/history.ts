import { AppError } from "#server/errors.ts";
import { isCommitId, requireBranchName, requireCommitId } from "./names.ts";
import { git, gitText } from "./run.ts";

export interface Commit {
  id: string;
  tree: string;
  parents: string[];
  authorName: string;
  authorEmail: string;
  /** ISO 8601 with offset. */
  authoredAt: string;
  subject: string;
  body: string;
}

export interface ChangedFile {
  path: string;
  status: "added" | "modified" | "deleted" | "renamed" | "type_changed";
  /** Where a renamed file was. */
  previousPath: string | null;
  /** Lines; null for binary files. */
  additions: number | null;
  deletions: number | null;
}

/** The commit a branch name or a full commit id stands for, or null when there is none. */
export async function resolveCommit(repository: string, branchOrCommit: string): Promise<string | null> {
  const name = isCommitId(branchOrCommit) ? branchOrCommit : `refs/heads/${requireBranchName(branchOrCommit)}`;
  return readCommit(repository, name);
}

/** The commit a full ref name points at, or null. For names this server composes itself. */
export async function readCommit(repository: string, name: string): Promise<string | null> {
  const args = ["rev-parse", "--verify", "--quiet", `${name}^{commit}`];
  const { stdout, exitCode } = await git(args, { repository, acceptedExitCodes: [1, 128] });
  const id = stdout.toString("utf8").trim();
  return exitCode === 0 && isCommitId(id) ? id : null;
}

/** The tree of a commit: what the gate tests and what the branch will show. */
export async function treeOf(repository: string, commit: string): Promise<string> {
  return gitText(["rev-parse", "--verify", "--quiet", `${requireCommitId(commit)}^{tree}`], { repository });
}

/** The best common ancestor, or null for histories without one. */
export async function mergeBase(repository: string, one: string, other: string): Promise<string | null> {
  const args = ["merge-base", requireCommitId(one), requireCommitId(other)];
  const { stdout } = await git(args, { repository, acceptedExitCodes: [1] });
  return stdout.toString("utf8").trim() || null;
}

/** Is `ancestor` part of the history of `commit` (or the same)? */
export async function isAncestor(repository: string, ancestor: string, commit: string): Promise<boolean> {
  const args = ["merge-base", "--is-ancestor", requireCommitId(ancestor), requireCommitId(commit)];
  return (await git(args, { repository, acceptedExitCodes: [1] })).exitCode === 0;
}

/** How many commits each of two has that the other has not. */
export async function countApart(
  repository: string,
  head: string,
  base: string,
): Promise<{ ahead: number; behind: number }> {
  const range = `${requireCommitId(head)}...${requireCommitId(base)}`;
  const [ahead = "0", behind = "0"] = (
    await gitText(["rev-list", "--left-right", "--count", range, "--"], { repository })
  )
    .trim()
    .split(/\s+/);
  return { ahead: Number(ahead), behind: Number(behind) };
}

/** Commits of `head` that `base` does not have, newest first. A null base means all of them. */
export async function commitsBetween(
  repository: string,
  base: string | null,
  head: string,
  options: { limit?: number; firstParent?: boolean; oldestFirst?: boolean } = {},
): Promise<Commit[]> {
  const format = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%s%x00%b%x00";
  const stdout = await gitText(
    [
      "log",
      "--topo-order",
      `--format=${format}`,
      `--max-count=${options.limit ?? 1000}`,
      "--encoding=UTF-8",
      ...(options.firstParent ? ["--first-parent"] : []),
      ...(options.oldestFirst ? ["--reverse"] : []),
      requireCommitId(head),
      ...(base === null ? [] : [`^${requireCommitId(base)}`]),
      "--",
    ],
    { repository },
  );
  const fields = stdout.split("\0");
  const commits: Commit[] = [];
  for (let at = 0; at + 8 <= fields.length; at += 8) {
    const [
      id = "",
      tree = "",
      parents = "",
      authorName = "",
      authorEmail = "",
      authoredAt = "",
      subject = "",
      body = "",
    ] = fields.slice(at, at + 8);
    commits.push({
      id: id.trim(),
      tree,
      parents: parents.split(" ").filter(Boolean),
      authorName,
      authorEmail,
      authoredAt,
      subject,
      body: body.trimEnd(),
    });
  }
  return commits;
}

/** Files that differ between two commits, with renames found. Use `mergeBase` as base to see what a branch did. */
export async function changedFiles(repository: string, base: string, head: string): Promise<ChangedFile[]> {
  const args = ["diff-tree", "-r", "-z", "--raw", "--numstat", "-M", "--no-ext-diff", "--no-textconv"];
  return parseChangedFiles(
    await gitText([...args, requireCommitId(base), requireCommitId(head), "--"], { repository }),
  );
}

/** Reads what `git diff --raw --numstat -z` prints. */
export function parseChangedFiles(text: string): ChangedFile[] {
  const fields = text.split("\0");
  const files = new Map<string, ChangedFile>();
  let at = 0;
  for (let head = fields[at]; head?.startsWith(":"); head = fields[at]) {
    const letter = head.split(" ")[4]?.[0] ?? "M";
    const renamed = letter === "R" || letter === "C";
    const first = fields[at + 1] ?? "";
    const path = renamed ? (fields[at + 2] ?? "") : first;
    const previousPath = renamed ? first : null;
    files.set(path, { path, status: statusOf(letter), previousPath, additions: null, deletions: null });
    at += renamed ? 3 : 2;
  }
  while (at < fields.length) {
    const [additions = "", deletions = "", plainPath = ""] = (fields[at] ?? "").split("\t");
    const file = files.get(plainPath || (fields[at + 2] ?? ""));
    if (file !== undefined && additions !== "-") {
      file.additions = Number(additions);
      file.deletions = Number(deletions);
    }
    at += plainPath === "" ? 3 : 1;
  }
  return [...files.values()];
}

/** The unified diff between two commits, cut at a line's end when it is longer than `maxBytes`. */
export async function diffText(
  repository: string,
  base: string,
  head: string,
  options: { maxBytes?: number; paths?: string[]; contextLines?: number } = {},
): Promise<{ text: string; truncated: boolean }> {
  const flags = ["-r", "-p", "-M", "--full-index", "--no-ext-diff", "--no-textconv", "--no-color"];
  const context = `--unified=${options.contextLines ?? 3}`;
  const commits = [requireCommitId(base), requireCommitId(head)];
  const { stdout, truncated } = await git(
    ["diff-tree", ...flags, context, ...commits, "--", ...(options.paths ?? [])],
    {
      repository,
      outputLimitBytes: options.maxBytes ?? 2 * 1024 * 1024,
      atOutputLimit: "cut",
    },
  );
  const text = stdout.toString("utf8");
  return { text: truncated ? text.slice(0, text.lastIndexOf("\n") + 1) : text, truncated };
}

/** Refuses with a clear message when the commit is not in the repository. */
export async function requireCommit(repository: string, branchOrCommit: string): Promise<string> {
  const id = await resolveCommit(repository, branchOrCommit);
  if (id !== null) return id;
  throw new AppError("not_found", "There is no such commit or branch in this repository. Push it first.");
}

function statusOf(letter: string): ChangedFile["status"] {
  if (letter === "A" || letter === "C") return "added";
  if (letter === "D") return "deleted";
  if (letter === "R") return "renamed";
  return letter === "T" ? "type_changed" : "modified";
}
