import type { Actor, Settings } from "../context.ts";
import { AppError } from "../errors.ts";
import { requireBranchName } from "../git/names.ts";
import { partsOf } from "../tools/confined.ts";
import type { WorkspaceRow } from "../workspaces/queries.ts";
import { runInWorkspace } from "../workspaces/running.ts";
import { gitInside } from "./inside.ts";

/** Adds changes to the next commit; without paths all of them. */
export async function stage(settings: Settings, row: WorkspaceRow, paths: string[]): Promise<void> {
  await gitInside(settings, row, ["add", "--all", "--", ...checked(paths)]);
}

/** Takes changes out of the next commit; the files stay as they are. */
export async function unstage(settings: Settings, row: WorkspaceRow, paths: string[]): Promise<void> {
  await gitInside(settings, row, ["reset", "--quiet", "HEAD", "--", ...checked(paths)]);
}

/**
 * Makes a commit in the name of whoever asks. The check of the repository and then the workspace's own hooks run, in the
 * sandbox, and may refuse it. @throws AppError conflict with the end of what the check said
 */
export async function commit(
  settings: Settings,
  row: WorkspaceRow,
  { message, all, commitCheck }: { message: string; all: boolean; commitCheck: string },
  actor: Actor,
): Promise<{ commit: string; branch: string | null; output: string }> {
  if (all) await stage(settings, row, []);
  const { text: waiting } = await gitInside(settings, row, ["diff", "--cached", "--name-only", "-z"], {
    mostBytes: 1_000,
  });
  if (waiting === "")
    throw new AppError("conflict", "Nothing is staged. Stage what the commit is to hold, or commit `all`.");
  await requireCheck(settings, row, commitCheck);
  const email = `${actor.id}@${actor.kind}s.invalid`;
  const env = {
    ...{
      GIT_AUTHOR_NAME: actor.name,
      GIT_AUTHOR_EMAIL: email,
      GIT_COMMITTER_NAME: actor.name,
      GIT_COMMITTER_EMAIL: email,
    },
  };
  const { text: output } = await gitInside(settings, row, ["commit", "--message", message, "--cleanup=strip"], {
    ...{ env, timeoutSeconds: 300, mostBytes: 64 * 1024 },
  });
  return { ...(await whereIs(settings, row)), output: output.slice(-2_000) };
}

async function requireCheck(settings: Settings, row: WorkspaceRow, script: string): Promise<void> {
  if (script.trim() === "") return;
  const { exitCode, killedBy, output } = await runInWorkspace(settings, row, {
    ...{ command: script, timeoutSeconds: 300, outputLimitBytes: 64 * 1024 },
  });
  if (exitCode === 0) return;
  const how = killedBy === "timeout" ? "did not end within 300 seconds" : `failed (exit code ${exitCode ?? "none"})`;
  throw new AppError(
    "conflict",
    `The repository's check before commits ${how}; nothing was committed, what was staged stays so.\n${output.slice(-2_000).trim()}`,
  );
}

/** Checks out a branch; what is not committed goes along, or git refuses. */
export async function checkOut(
  settings: Settings,
  row: WorkspaceRow,
  { branch, create }: { branch: string; create: boolean },
): Promise<{ commit: string; branch: string | null; output: string }> {
  const name = requireBranchName(branch);
  await gitInside(settings, row, create ? ["checkout", "--quiet", "-b", name] : ["checkout", "--quiet", name, "--"]);
  return { ...(await whereIs(settings, row)), output: "" };
}

/** The commit and branch that are checked out. */
export async function whereIs(
  settings: Settings,
  row: WorkspaceRow,
): Promise<{ commit: string; branch: string | null }> {
  const { text } = await gitInside(settings, row, ["rev-parse", "HEAD", "--abbrev-ref", "HEAD"]);
  const [commitId = "", name = "HEAD"] = text.trim().split("\n");
  return { commit: commitId, branch: name === "HEAD" ? null : name };
}

/** Paths as git takes them: literally, from the top. Empty means all. */
const checked = (paths: string[]): string[] =>
  paths.length === 0 ? ["."] : paths.map((path) => partsOf(path).join("/") || ".");
