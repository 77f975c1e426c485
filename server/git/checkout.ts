import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "#server/errors.ts";
import { listFiles } from "./files.ts";
import { requireCommitId } from "./names.ts";
import { git } from "./run.ts";

export interface ExportLimits {
  maxBytes?: number;
  maxFiles?: number;
}

/**
 * Writes exactly the tree of a commit into an empty directory, for the gate. Not by `git archive`, which lets the
 * tree's own attributes leave files out. No `.git`, no filter, no hook; a symlink is written as it is and never
 * followed, so what it points to is only what the sandbox shows.
 */
export async function exportTree(
  repository: string,
  commit: string,
  directory: string,
  limits: ExportLimits = {},
): Promise<{ files: number; bytes: number }> {
  const size = await measureTree(repository, requireCommitId(commit), limits);
  if ((await readdir(directory)).length > 0) throw new Error("exportTree needs an empty directory");
  const scratch = await mkdtemp(join(tmpdir(), "entourage-index-"));
  const options = {
    repository,
    workingDirectory: directory,
    timeoutSeconds: 600,
    env: { GIT_INDEX_FILE: join(scratch, "index"), GIT_WORK_TREE: directory },
  };
  try {
    await git(["read-tree", `${commit}^{tree}`], options);
    await git(["checkout-index", "--all", "--quiet"], options);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return size;
}

/** Removes a directory an agent's code has written in, even where it took its own permissions away. */
export async function removeDirectory(directory: string): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true });
  } catch {
    await openDirectories(directory);
    await rm(directory, { recursive: true, force: true });
  }
}

async function measureTree(repository: string, commit: string, limits: ExportLimits) {
  const entries = await listFiles(repository, commit, { recursive: true });
  const bytes = entries.reduce((sum, entry) => sum + (entry.bytes ?? 0), 0);
  if (entries.length > (limits.maxFiles ?? 500_000) || bytes > (limits.maxBytes ?? 4 * 1024 ** 3)) {
    throw new AppError("too_large", `The tree is too large to test: ${entries.length} files, ${bytes} bytes.`);
  }
  return { files: entries.length, bytes };
}

async function openDirectories(directory: string): Promise<void> {
  await chmod(directory, 0o700);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await openDirectories(join(directory, entry.name));
  }
}
