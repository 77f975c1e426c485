import { requireCommitId, requireTreePath } from "./names.ts";
import { git, gitText } from "./run.ts";

export interface TreeEntry {
  path: string;
  kind: "file" | "directory" | "symlink" | "submodule";
  executable: boolean;
  /** Null for directories and submodules. */
  bytes: number | null;
  objectId: string;
}

export interface FileContent {
  path: string;
  kind: "file" | "symlink";
  executable: boolean;
  bytes: number;
  /** Null for binary files. */
  text: string | null;
  truncated: boolean;
}

/** What is in a directory of a commit (the top when absent), or below it too with `recursive`. */
export async function listFiles(
  repository: string,
  commit: string,
  options: { directory?: string; recursive?: boolean } = {},
): Promise<TreeEntry[]> {
  const flags = ["-z", "--long", "--full-tree", ...(options.recursive ? ["-r"] : [])];
  const paths = options.directory === undefined ? [] : [`${requireTreePath(options.directory)}/`];
  return readTree(repository, [...flags, requireCommitId(commit), "--", ...paths]);
}

/** A file as it was at a commit, or null when there is none. A symlink's text is its target; it is never followed. */
export async function readFileAt(
  repository: string,
  commit: string,
  path: string,
  options: { maxBytes?: number } = {},
): Promise<FileContent | null> {
  const args = ["-z", "--long", "--full-tree", requireCommitId(commit), "--", requireTreePath(path)];
  const [entry] = await readTree(repository, args);
  if (entry === undefined || (entry.kind !== "file" && entry.kind !== "symlink")) return null;
  const { stdout, truncated } = await git(["cat-file", "blob", entry.objectId], {
    repository,
    outputLimitBytes: options.maxBytes ?? 1024 * 1024,
    atOutputLimit: "cut",
  });
  // The same test as git's own: a zero byte near the start.
  const binary = stdout.subarray(0, 8000).includes(0);
  const { kind, executable } = entry;
  return { path, kind, executable, bytes: entry.bytes ?? 0, text: binary ? null : stdout.toString("utf8"), truncated };
}

async function readTree(repository: string, args: string[]): Promise<TreeEntry[]> {
  const text = await gitText(["ls-tree", ...args], { repository });
  return text.split("\0").filter(Boolean).map(parseEntry);
}

function parseEntry(line: string): TreeEntry {
  const tab = line.indexOf("\t");
  const [mode = "", , objectId = "", size = ""] = line.slice(0, tab).split(/ +/);
  return {
    path: line.slice(tab + 1),
    kind: kindOf(mode),
    executable: mode === "100755",
    bytes: size === "-" ? null : Number(size),
    objectId,
  };
}

function kindOf(mode: string): TreeEntry["kind"] {
  if (mode === "040000") return "directory";
  if (mode === "120000") return "symlink";
  return mode === "160000" ? "submodule" : "file";
}
