import { appendFile, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { requireBranchName } from "./names.ts";
import { git } from "./run.ts";

export interface RepositoryOptions {
  defaultBranch: string;
  /** Where `installHooks` put our hooks: without the server behind them they refuse every push. */
  hooksDirectory: string;
}

/**
 * Makes an empty bare repository that clients may fetch from and that takes pushes only through our hooks. It appears
 * whole or not at all, and making it again is harmless.
 */
export async function createBareRepository(path: string, options: RepositoryOptions): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.new-${process.pid}-${Date.now()}`;
  const branch = `--initial-branch=${requireBranchName(options.defaultBranch)}`;
  await git(["init", "--quiet", "--bare", "--template=", branch, draft]);
  await appendFile(`${draft}/config`, repositorySettings(options.hooksDirectory));
  await rename(draft, path).catch(async (error: NodeJS.ErrnoException) => {
    await rm(draft, { recursive: true, force: true });
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  });
}

/** Points HEAD, which a clone checks out, at another branch. */
export async function setDefaultBranch(repository: string, branch: string): Promise<void> {
  await git(["symbolic-ref", "HEAD", `refs/heads/${requireBranchName(branch)}`], { repository });
}

/**
 * Removes ref locks that a power cut or a killed git left behind; otherwise the ref could never move again. Only old
 * ones: no transaction on refs takes minutes. Returns what was removed.
 */
export async function removeStaleLocks(repository: string, olderThanSeconds = 600): Promise<string[]> {
  const refs = await readdir(join(repository, "refs"), { recursive: true });
  const candidates = [...refs.map((name) => `refs/${name}`), "packed-refs.lock", "HEAD.lock", "config.lock"];
  const removed: string[] = [];
  for (const name of candidates.filter((candidate) => candidate.endsWith(".lock"))) {
    const path = join(repository, name);
    const found = await stat(path).catch(() => null);
    if (found === null || Date.now() - found.mtimeMs < olderThanSeconds * 1000) continue;
    await rm(path, { force: true });
    removed.push(name);
  }
  return removed;
}

function repositorySettings(hooksDirectory: string): string {
  return `[core]
	hooksPath = ${JSON.stringify(hooksDirectory)}
	# A landed merge must survive a power cut.
	fsync = committed,reference
	fsyncMethod = batch
[http]
	uploadpack = true
	receivepack = true
	getanyfile = false
[transfer]
	# Bookkeeping of the server: what was merged, and what the source had.
	hideRefs = refs/merged
	hideRefs = refs/source
	hideRefs = refs/discarded
	fsckObjects = true
[receive]
	denyDeletes = true
	autogc = false
	updateServerInfo = false
	advertisePushOptions = false
[uploadpack]
	allowFilter = true
[gc]
	auto = 0
`;
}
