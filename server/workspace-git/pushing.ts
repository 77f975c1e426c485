import { constants } from "node:fs";
import { lstat, mkdir, mkdtemp, open, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Context, Settings } from "../context.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../execute.ts";
import { confirmPush, pushRight, recordPushes, type Right } from "../git/access.ts";
import { isAncestor, readCommit } from "../git/history.ts";
import { advanceBranch, createBranch } from "../git/landing.ts";
import { isCommitId } from "../git/names.ts";
import { GitError, git, gitText } from "../git/run.ts";
import type { FinishContext } from "../operation.ts";
import { findReadyRepo, repositoryPath } from "../repos/queries.ts";
import { findTask } from "../tasks/finding.ts";
import { findReadyWorkspace, type WorkspaceRow } from "../workspaces/queries.ts";
import { whereIs } from "./changing.ts";
import { gitInside } from "./inside.ts";

const mostPackBytes = 1024 ** 3;

interface Push {
  row: WorkspaceRow;
  repository: string;
  branch: string;
  right: Right;
}

/** Which branch a push goes to: that of a task whose lease the actor holds. @throws AppError saying what is possible. */
export async function planPush(
  context: Context,
  { workspaceId, task: named }: { workspaceId: string; task?: string | undefined },
): Promise<Push> {
  const row = await findReadyWorkspace(context, workspaceId);
  const ref = named ?? row.taskId;
  if (!row.repoId || !ref)
    throw new AppError(
      "invalid",
      row.repoId
        ? "Name the task whose branch takes these commits: one that you hold. create_task makes one, claim_task takes it."
        : "This workspace is of no repository here, so there is nowhere to push to. register_repo adds one.",
    );
  const task = await findTask(context, ref);
  if (task.repoId !== row.repoId) throw new AppError("invalid", `#${task.number} is of another repository.`);
  const repo = await findReadyRepo(context, row.repoId);
  const right = await pushRight(context, task);
  return { row, repository: repositoryPath(context.settings, repo), branch: task.branch, right };
}

/**
 * Brings what is checked out to the server's repository. The sandbox makes a pack of what is new; the server takes the
 * pack as it takes any push, by its own checks: whole, sound, and only then by compare-and-set onto the one branch.
 */
export async function push({ row, repository, branch, right }: Push, { runtime, actor, requestId }: FinishContext) {
  const { settings } = runtime;
  const { commit } = await whereIs(settings, row);
  if (!isCommitId(commit)) throw new AppError("conflict", "There is no commit to push yet.");
  const previous = await readCommit(repository, `refs/heads/${branch}`);
  if (previous === commit) return { branch, commit, previous, outcome: "up_to_date" as const };
  if ((await readCommit(repository, commit)) === null) await takeObjects(settings, row, repository, commit);
  if (previous !== null && !(await isAncestor(repository, previous, commit))) throw behind(branch);
  const asActor = <Result>(work: (context: Context) => Promise<Result>) =>
    inTransaction(runtime, actor, { requestId }, work);
  const update = { ref: right.ref, old: previous, new: commit };
  const verdict = await asActor((context) => confirmPush(context, [right], [update]));
  if (!verdict.ok) throw new AppError("conflict", verdict.message);
  const moved =
    previous === null
      ? (await createBranch(repository, branch, commit)) === "created"
      : (await advanceBranch(repository, { branch, newCommit: commit, oldCommit: previous })) === "advanced";
  if (!moved) throw behind(branch);
  await asActor((context) => recordPushes(context, [right], [update]));
  // So that the workspace knows; it is no matter when that fails.
  await gitInside(settings, row, ["update-ref", `refs/remotes/origin/${branch}`, commit]).catch(() => undefined);
  return { branch, commit, previous, outcome: "pushed" as const };
}

/** Has the sandbox pack what the repository lacks, and takes it over after looking at every object of it. */
async function takeObjects(settings: Settings, row: WorkspaceRow, repository: string, commit: string) {
  const base = join(settings.dataDir, "incoming");
  await mkdir(base, { recursive: true });
  const scratch = await mkdtemp(join(base, "push-"));
  try {
    const out = join(scratch, "out");
    await mkdir(out);
    await makePack(settings, row, commit, out);
    const quarantine = join(scratch, "quarantine.git");
    await git(["init", "--quiet", "--bare", "--template=", quarantine]);
    await mkdir(join(quarantine, "objects/info"), { recursive: true });
    await writeFile(join(quarantine, "objects/info/alternates"), `${join(repository, "objects")}\n`);
    const pack = join(quarantine, "objects/pack/pack-incoming.pack");
    await mkdir(join(quarantine, "objects/pack"), { recursive: true });
    await requirePlainFile(join(out, "pack"));
    await rename(join(out, "pack"), pack);
    await git(["index-pack", "--strict", pack], { repository: quarantine, timeoutSeconds: 300 });
    await gitText(["update-ref", "refs/heads/incoming", commit], { repository: quarantine });
    // What a push over HTTP goes through: every object checked, nothing missing.
    const flags = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance"];
    await git(["fetch", ...flags, "--", quarantine, "refs/heads/incoming"], {
      ...{ repository, env: { GIT_ALLOW_PROTOCOL: "file" }, timeoutSeconds: 300 },
    });
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const why = error.stderr.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
    throw new AppError("invalid", `The server does not take these commits: ${why}`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Only what the borrowed objects do not hold already. The folder is the sandbox's alone, and gone afterwards. */
async function makePack(settings: Settings, row: WorkspaceRow, commit: string, out: string): Promise<void> {
  const before = `ulimit -f ${mostPackBytes / 512} 2>/dev/null
echo "$COMMIT" >"$TMPDIR/wanted"
git -c safe.directory='*' for-each-ref --format='^%(objectname)' refs/remotes/origin >>"$TMPDIR/wanted"
git -c safe.directory='*' -c core.fsmonitor=false pack-objects --revs --local --quiet --stdout <"$TMPDIR/wanted" >"$OUT/pack" || { echo "could not pack"; exit 3; }`;
  const env = { COMMIT: commit, OUT: settings.sandbox === "process" ? out : "/out" };
  await gitInside(settings, row, ["rev-parse", "--verify", "--quiet", commit], {
    ...{ before, env, writable: [{ directory: out, target: "/out" }], timeoutSeconds: 300 },
  });
}

async function requirePlainFile(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  const handle = found?.isFile() ? await open(path, constants.O_RDONLY | constants.O_NOFOLLOW) : undefined;
  await handle?.close();
  if (!found?.isFile() || found.nlink !== 1)
    throw new AppError("conflict", "The workspace's git did not pack its commits.");
  if (found.size > mostPackBytes) throw new AppError("too_large", "More than 1 GB is not pushed at once.");
}

const behind = (branch: string) =>
  new AppError(
    "conflict",
    `${branch} has commits on the server that yours lacks. Merge or rebase onto it, then push again.`,
  );
