import type { Settings } from "../context.ts";
import { AppError } from "../errors.ts";
import type { SandboxRequest } from "../sandbox/sandbox.ts";
import type { WorkspaceRow } from "../workspaces/queries.ts";
import { runInWorkspace } from "../workspaces/running.ts";

/** Stands between what a command said and why it failed: three zeros, which neither a path nor a message has. */
const MARK = "\0\0\0";

/** Standard output cut at `MOST` bytes; errors after the mark, so that they are never taken for output. */
const SCRIPT = `{ git "$@" 2>"$TMPDIR/git-errors"; echo $? >"$TMPDIR/git-code"; } | head -c "$MOST"
read -r code <"$TMPDIR/git-code"
[ "$code" = 0 ] || [ "$code" = 141 ] && exit 0
printf '\\0\\0\\0'; tail -c 4000 "$TMPDIR/git-errors"; exit "$code"`;

/** No program that a repository's settings name, beyond the hooks of a commit: they would only slow us down. */
const SETTINGS = [
  ...["core.fsmonitor=false", "core.quotePath=false", "color.ui=false", "core.pager=cat", "gc.auto=0"],
  ...["safe.directory=*", "advice.detachedHead=false", "commit.gpgSign=false", "credential.helper="],
];

export interface InsideOptions {
  mostBytes?: number;
  env?: Record<string, string>;
  /** Further shell before git runs, in the same sandbox. Never made of anything a caller chose. */
  before?: string;
  writable?: SandboxRequest["writable"];
  timeoutSeconds?: number;
}

export interface Said {
  text: string;
  truncated: boolean;
}

/**
 * Runs git in a workspace, in a sandbox, never on the server itself: hooks, filters, monitors and drivers that somebody
 * wrote into its `.git` reach no further than the workspace does. @throws AppError with git's own words.
 */
export async function gitInside(
  settings: Settings,
  row: WorkspaceRow,
  args: string[],
  { mostBytes = 4 * 1024 * 1024, env, before = "", writable, timeoutSeconds = 60 }: InsideOptions = {},
): Promise<Said> {
  const flags = SETTINGS.flatMap((setting) => ["-c", setting]);
  const result = await runInWorkspace(settings, row, {
    command: ["/bin/sh", "-c", `${before}\n${SCRIPT}`, "sh", ...flags, ...args],
    env: { ...ENVIRONMENT, MOST: String(mostBytes), ...env },
    ...{ timeoutSeconds, outputLimitBytes: mostBytes * 4 + 64 * 1024 },
    ...(writable ? { writable } : {}),
  });
  const at = result.output.lastIndexOf(MARK);
  if (result.exitCode === 0) return { text: result.output, truncated: Buffer.byteLength(result.output) >= mostBytes };
  if (result.killedBy === "timeout")
    throw new AppError("unavailable", `git ${args[0]} did not end within ${timeoutSeconds} seconds.`);
  const words = (at < 0 ? result.output : `${result.output.slice(0, at)}\n${result.output.slice(at)}`)
    .replaceAll("\0", "")
    .trim()
    .slice(-1_000);
  throw new AppError("conflict", `git ${args[0]}: ${words || `ended with exit code ${result.exitCode}`}`);
}

const ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_LITERAL_PATHSPECS: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_EDITOR: "true",
  LC_ALL: "C.UTF-8",
};
