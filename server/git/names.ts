import { AppError } from "#server/errors.ts";

const LIMIT = 200;

/** The branch of a task: `task-12-fix-the-login`. */
export function taskBranchName(number: number, title: string): string {
  const slug = title
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");
  return `task-${number}-${slug || "work"}`;
}

/** Is this a branch name that git accepts and that nothing can take for an option, a path or a revision? */
export function isBranchName(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= LIMIT &&
    // Stricter than git: printable ASCII without the characters of revisions, globs and shells.
    /^[A-Za-z0-9][A-Za-z0-9._/+#=@-]*$/.test(name) &&
    !/\.\.|\/\/|@\{|\/\.|\.lock(\/|$)|[./]$/.test(name) &&
    name !== "HEAD" &&
    !name.startsWith("refs/")
  );
}

/** Refuses a name that is not a plain branch name. */
export function requireBranchName(name: string): string {
  if (isBranchName(name)) return name;
  throw new AppError(
    "invalid",
    "This is not a valid branch name. Use letters, digits, `.`, `_`, `-` and `/`, starting with a letter or digit.",
  );
}

/** Is this a full commit id (SHA-1 or SHA-256)? Short ones are ambiguous and are not taken anywhere. */
export function isCommitId(id: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id);
}

/** Refuses anything but a full commit id. */
export function requireCommitId(id: string): string {
  if (isCommitId(id)) return id;
  throw new AppError("invalid", "Give a commit as its full id: 40 hexadecimal digits in lower case.");
}

/** Refuses a path that is absolute, leaves the tree, or points into git's own folder. */
export function requireTreePath(path: string): string {
  const parts = path.split("/");
  const safe =
    path.length > 0 &&
    Buffer.byteLength(path) <= 4096 &&
    !path.includes("\0") &&
    parts.every((part) => part !== "" && part !== "." && part !== ".." && part.toLowerCase() !== ".git");
  if (safe) return path;
  throw new AppError("invalid", "Give the path of a file relative to the top of the repository, without `..`.");
}

/** A merge job's id as it stands in `refs/merged/<job>`. */
export function requireJobId(id: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/.test(id)) return id;
  throw new AppError("invalid", "A merge job's id consists of letters, digits and dashes.");
}
