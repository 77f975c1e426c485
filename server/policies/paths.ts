import { lstat, readlink } from "node:fs/promises";
import { RE2JS } from "re2js";

/** Where a folder of the host is seen inside the sandbox. */
export interface SeenFolder {
  /** Absolute path inside. */
  at: string;
  /** Absolute path on the host. */
  host: string;
}

/** The folder a session works in, as its agent sees it. */
export const workFolder = "/work";

const mostLinks = 40;

/**
 * What a path names inside the sandbox when its `.`, `..` and symbolic links are followed as the agent's kernel would:
 * links are read on the host, but never followed there. Null for what has more than one meaning or leads through a
 * process (`/proc/self/root/…`, `/dev/fd/…`): no rule allows that.
 */
export async function realPathInside(path: string, folders: readonly SeenFolder[]): Promise<string | null> {
  if (path === "" || path.includes("\0") || path.length > 4_096) return null;
  // `a/..` is where a link `a` leads to and one up: nothing is shortened before its links are followed.
  let rest = namesOf(path.startsWith("/") ? path : `${workFolder}/${path}`);
  let done: string[] = [];
  for (let links = 0; rest.length > 0; ) {
    const [next = "", ...after] = rest;
    rest = after;
    if (next === "..") {
      done = done.slice(0, -1);
      continue;
    }
    done = [...done, next];
    const target = await linkAt(`/${done.join("/")}`, folders);
    if (target === null) continue;
    if (++links > mostLinks) return null;
    done = target.startsWith("/") ? [] : done.slice(0, -1);
    rest = [...namesOf(target), ...rest];
  }
  const real = `/${done.join("/")}`;
  return /^\/(proc|dev|sys)(\/|$)/.test(real) && real !== "/dev/null" ? null : real;
}

const namesOf = (path: string) => path.split("/").filter((one) => one !== "" && one !== ".");

async function linkAt(inside: string, folders: readonly SeenFolder[]): Promise<string | null> {
  const folder = folders.find(({ at }) => inside.startsWith(`${at}/`));
  if (!folder) return null;
  const host = folder.host + inside.slice(folder.at.length);
  // What is not there (yet) is no link.
  const found = await lstat(host).catch(() => null);
  return found?.isSymbolicLink() ? readlink(host) : null;
}

/** Tells whether a path is named by a pattern: `**` is any path below, `*` and `?` stay within a name; relative ones are of the workspace. */
export function pathMatcher(pattern: string): (path: string) => boolean {
  const absolute = pattern.startsWith("/") ? pattern : `${workFolder}/${pattern.replace(/^\.\//, "")}`;
  const whole = absolute.endsWith("/") ? `${absolute}**` : absolute;
  const expression = whole.replace(/\*\*\/?|[*?]|[^*?]+/g, (piece) => {
    if (piece === "**") return ".*";
    if (piece === "**/") return "(?:.*/)?";
    if (piece === "*") return "[^/]*";
    return piece === "?" ? "[^/]" : RE2JS.quote(piece);
  });
  const compiled = RE2JS.compile(expression, RE2JS.DOTALL);
  return (path) => compiled.matches(path);
}

/** In the workspace, and not what git or a shell would obey: its own files of `.git`. */
export const isInWork = (path: string): boolean => path === workFolder || path.startsWith(`${workFolder}/`);
export const isOfGit = (path: string): boolean => path.split("/").includes(".git");
