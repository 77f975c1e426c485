import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Settings } from "#server/context.ts";
import { AppError } from "#server/errors.ts";
import { removeDirectory } from "#server/git/checkout.ts";
import { readCommit } from "#server/git/history.ts";
import { requireBranchName } from "#server/git/names.ts";
import { git, gitText } from "#server/git/run.ts";
import { fetchFromSource, inspectSource } from "#server/git/source.ts";
import { newId } from "#server/ids.ts";
import { repositoryPath } from "#server/repos/queries.ts";
import type { Making } from "#server/workspaces/making.ts";
import { workspaceRoot } from "#server/workspaces/place.ts";
import { openPlace } from "#server/workspaces/sources.ts";

const made = z.object({ baseCommit: z.string().nullable() });
type Made = z.output<typeof made>;

/**
 * Clones the files beside their place and moves them there: they appear whole or not at all. Nobody else has written in
 * the folder until then, which is why git of the server may run in it; from then on it never does.
 */
export async function cloneOnce(settings: Settings, row: Making): Promise<Made> {
  const root = workspaceRoot(settings, row);
  const note = join(root, "made.json");
  if (existsSync(note)) return made.parse(JSON.parse(await readFile(note, "utf8")));
  const draft = `${root}.new-${newId()}`;
  const files = join(draft, "files");
  try {
    await mkdir(files, { recursive: true });
    await mkdir(join(draft, "home"));
    await git(["init", "--quiet", "--template=", `--initial-branch=${requireBranchName(row.branch)}`, files]);
    const theirs = row.source === "empty" ? null : await bring(settings, row, files);
    await configure(settings, row, files);
    const baseCommit = row.source === "empty" ? await beginEmpty(files) : theirs;
    if (baseCommit) await checkOut(files, row.branch, baseCommit);
    await writeFile(join(draft, "made.json"), JSON.stringify({ baseCommit }));
    await mkdir(dirname(root), { recursive: true });
    await rename(draft, root);
    return { baseCommit };
  } finally {
    if (existsSync(draft)) await removeDirectory(draft);
  }
}

const bring = (settings: Settings, row: Making, files: string): Promise<string | null> =>
  row.source === "repo" ? shareObjects(settings, row, files) : copySource(settings, row, files);

/** A first commit that holds nothing: what changed since is what was made here. */
async function beginEmpty(files: string): Promise<string | null> {
  await git(["commit", "--quiet", "--allow-empty", "--message=Begin"], { workingDirectory: files });
  return readCommit(join(files, ".git"), "HEAD");
}

/** Borrows the objects of the server's bare repository: a sandbox sees them read-only. Branches become `origin/…`. */
async function shareObjects(settings: Settings, row: Making, files: string): Promise<string | null> {
  if (row.repoId === null || row.defaultBranch === null) throw new AppError("conflict", "Its repository is gone.");
  const bare = repositoryPath(settings, { orgId: row.orgId, id: row.repoId });
  await mkdir(join(files, ".git/objects/info"), { recursive: true });
  await writeFile(join(files, ".git/objects/info/alternates"), `${join(bare, "objects")}\n`);
  const flags = ["--quiet", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance"];
  const refs = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"];
  await git(["fetch", ...flags, "--", bare, ...refs], {
    ...{ repository: join(files, ".git"), env: { GIT_ALLOW_PROTOCOL: "file" }, timeoutSeconds: 600 },
  });
  await gitText(["symbolic-ref", "refs/remotes/origin/HEAD", `refs/remotes/origin/${row.defaultBranch}`], {
    repository: join(files, ".git"),
  });
  const repository = join(files, ".git");
  return (
    (await readCommit(repository, `refs/remotes/origin/${row.branch}`)) ??
    readCommit(repository, `refs/remotes/origin/${row.defaultBranch}`)
  );
}

/** Copies what an address or a folder has, through the checks of every source. */
async function copySource(settings: Settings, row: Making, files: string): Promise<string | null> {
  if (row.sourceUrl === null) throw new Error("a source without an address");
  const source = await openPlace(settings, row.sourceUrl);
  const { defaultBranch, branches } = await inspectSource(source);
  if (!defaultBranch)
    throw new AppError("invalid", "The source is empty. Give it a first commit, then make it again (retry_workspace).");
  const wanted = branches.has(row.branch) ? row.branch : defaultBranch;
  const repository = join(files, ".git");
  const head = await fetchFromSource(repository, source, { branch: wanted });
  if (!head)
    throw new AppError("unavailable", `The source's branch ${wanted} is gone. It can be made again (retry_workspace).`);
  await gitText(["update-ref", `refs/remotes/origin/${wanted}`, head], { repository });
  return head;
}

/** Who commits here unless somebody says otherwise, and where it came from. No secret stands in it. */
async function configure(settings: Settings, row: Making, files: string): Promise<void> {
  const origin = row.repoSlug ? `${settings.publicUrl}/api/git/${row.orgSlug}/${row.repoSlug}.git` : row.sourceUrl;
  const { name, id, kind } = row.createdBy;
  const values: Record<string, string> = {
    ...(origin ? { "remote.origin.url": origin } : {}),
    "remote.origin.fetch": "+refs/heads/*:refs/remotes/origin/*",
    "user.name": name,
    "user.email": `${id}@${kind}s.invalid`,
    "gc.auto": "0",
  };
  for (const [key, value] of Object.entries(values))
    await git(["config", key, value], { repository: join(files, ".git") });
}

async function checkOut(files: string, branch: string, commit: string): Promise<void> {
  await git(["checkout", "--quiet", "--no-track", "-B", requireBranchName(branch), commit], {
    ...{ workingDirectory: files, timeoutSeconds: 600 },
  });
}
