import type { Settings } from "../context.ts";
import { parseChangedFiles } from "../git/history.ts";
import { isCommitId, requireBranchName } from "../git/names.ts";
import type { WorkspaceRow } from "../workspaces/queries.ts";
import { gitInside } from "./inside.ts";
import type { BranchList, Change, CommitLog, GitStatus, WorkspaceDiff } from "./schema.ts";

const mostFiles = 2_000;

/** What is checked out and what changed, by `git status --porcelain=v2`. */
export async function readStatus(settings: Settings, row: WorkspaceRow): Promise<GitStatus> {
  const args = ["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all"];
  const { text, truncated } = await gitInside(settings, row, args);
  const status: GitStatus = { branch: null, head: null, files: [], truncated };
  const fields = text.split("\0");
  for (let at = 0; at < fields.length; at++) {
    const field = fields[at] ?? "";
    const [, key, value = ""] = /^# branch\.(oid|head) (.*)$/.exec(field) ?? [];
    if (key === "oid") status.head = isCommitId(value) ? value : null;
    if (key === "head") status.branch = value === "(detached)" ? null : value;
    if (field.startsWith("? ")) status.files.push(fileOf(field.slice(2), ".", "A"));
    // The fields before the path are as many as the format says; a path may hold blanks.
    const [, kind, index = ".", tree = "."] = /^([12u]) (.)(.) /.exec(field) ?? [];
    if (kind === "1") status.files.push(fileOf(tail(field, 8), index, tree));
    if (kind === "2") status.files.push({ ...fileOf(tail(field, 9), index, tree), previousPath: fields[++at] ?? null });
    if (kind === "u") status.files.push({ ...fileOf(tail(field, 10), ".", "M"), isConflicted: true });
  }
  if (status.files.length <= mostFiles) return status;
  return { ...status, files: status.files.slice(0, mostFiles), truncated: true };
}

const tail = (field: string, blanks: number) => field.split(" ").slice(blanks).join(" ");

function fileOf(path: string, index: string, tree: string): GitStatus["files"][number] {
  return { path, previousPath: null, staged: changeOf(index), unstaged: changeOf(tree), isConflicted: false };
}

function changeOf(letter: string): Change | null {
  const known: Record<string, Change> = {
    A: "added",
    C: "added",
    M: "modified",
    D: "deleted",
    R: "renamed",
    T: "type_changed",
  };
  return known[letter] ?? null;
}

/** New files are part of what is not committed: they are told to an index of this one run, not to the workspace's. */
const WITH_NEW_FILES = `cp .git/index "$TMPDIR/index" 2>/dev/null; export GIT_INDEX_FILE="$TMPDIR/index"
git -c core.fsmonitor=false -c safe.directory='*' add --intent-to-add --all . >/dev/null 2>&1`;

/** What changed, as files with their lines and as one unified diff. */
export async function readDiff(
  settings: Settings,
  row: WorkspaceRow,
  {
    of,
    paths,
    contextLines,
  }: { of: "uncommitted" | "unstaged" | "staged" | "base"; paths: string[]; contextLines: number },
): Promise<WorkspaceDiff> {
  const against = { uncommitted: ["HEAD"], unstaged: [], staged: ["--cached"], base: [row.baseCommit ?? "HEAD"] }[of];
  const before = of === "uncommitted" || of === "base" ? WITH_NEW_FILES : "";
  const flags = ["-M", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all"];
  const ask = (form: string[], mostBytes: number) =>
    gitInside(settings, row, ["diff", ...flags, ...form, ...against, "--", ...paths], { before, mostBytes });
  const [list, patch] = await Promise.all([
    ask(["--raw", "--numstat", "-z", "--abbrev=40"], 1024 * 1024),
    ask(["--patch", "--full-index", `--unified=${contextLines}`], 2 * 1024 * 1024),
  ]);
  const diff = patch.truncated ? patch.text.slice(0, patch.text.lastIndexOf("\n") + 1) : patch.text;
  return {
    files: parseChangedFiles(list.text).slice(0, mostFiles),
    diff,
    truncated: patch.truncated || list.truncated,
  };
}

/** The branches of the workspace, and those of the server as it last heard of them. */
export async function readBranches(settings: Settings, row: WorkspaceRow): Promise<BranchList> {
  const format = "%(refname)%00%(HEAD)%00%(objectname)%00%(committerdate:iso-strict)%00%(contents:subject)%00";
  const args = [
    "for-each-ref",
    `--format=${format}`,
    "--sort=-committerdate",
    "--count=1000",
    "refs/heads",
    "refs/remotes/origin",
  ];
  const { text } = await gitInside(settings, row, args);
  const branches = text.split("\n").flatMap((line) => {
    const [ref = "", head, commit = "", committedAt = "", subject = ""] = line.split("\0");
    const [, where, name = ""] = /^refs\/(heads|remotes\/origin)\/(.+)$/.exec(ref) ?? [];
    if (!where || name === "HEAD" || !isCommitId(commit)) return [];
    return [{ name, isRemote: where !== "heads", isCurrent: head === "*", commit, committedAt, subject }];
  });
  return { branches };
}

/** The newest commits first. */
export async function readLog(
  settings: Settings,
  row: WorkspaceRow,
  { branch, limit }: { branch?: string | undefined; limit: number },
): Promise<CommitLog> {
  const from = branch === undefined ? "HEAD" : `refs/heads/${requireBranchName(branch)}`;
  const format = "%H%x00%P%x00%an%x00%aI%x00%s%x00%b%x00";
  const args = [
    "log",
    `--format=${format}`,
    `--max-count=${limit}`,
    "--encoding=UTF-8",
    "--no-show-signature",
    from,
    "--",
  ];
  const { text } = await gitInside(settings, row, args);
  const fields = text.split("\0");
  const commits: CommitLog["commits"] = [];
  for (let at = 0; at + 6 <= fields.length; at += 6) {
    const [first = "", parents = "", authorName = "", authoredAt = "", subject = "", body = ""] = fields.slice(
      at,
      at + 6,
    );
    commits.push({
      id: first.trim(),
      parents: parents.split(" ").filter(Boolean),
      authorName,
      authoredAt,
      subject,
      body: body.trim(),
    });
  }
  return { commits };
}
