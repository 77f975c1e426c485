import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Context, Settings } from "../context.ts";
import { AppError } from "../errors.ts";
import { listBranches } from "../git/landing.ts";
import { isCommitId } from "../git/names.ts";
import { findReadyRepo, repositoryPath } from "../repos/queries.ts";
import { findReadyWorkspace, type WorkspaceRow } from "../workspaces/queries.ts";
import { gitInside } from "./inside.ts";

const REMOTE = "refs/remotes/origin/";

interface Fetch {
  row: WorkspaceRow;
  repository: string;
}

/** @throws AppError invalid for a workspace that is of no repository here. */
export async function planFetch(context: Context, { workspaceId }: { workspaceId: string }): Promise<Fetch> {
  const row = await findReadyWorkspace(context, workspaceId);
  if (!row.repoId)
    throw new AppError(
      "invalid",
      "This workspace is of no repository here, so there is nothing to fetch from. register_repo adds one.",
    );
  return { row, repository: repositoryPath(context.settings, await findReadyRepo(context, row.repoId)) };
}

/**
 * Tells a workspace what the server's branches are now, as `origin/…`. Their commits are there already: it borrows the
 * repository's objects. What is checked out stays as it is.
 */
export async function fetchInto({ row, repository }: Fetch, settings: Settings) {
  const [wanted, known] = [await listBranches(repository), await remoteBranches(settings, row)];
  const updated = [...wanted]
    .filter(([branch, commit]) => known.get(branch) !== commit)
    .map(([branch, commit]) => ({ branch, commit, previous: known.get(branch) ?? null }));
  const removed = [...known.keys()].filter((branch) => !wanted.has(branch));
  const lines = [
    ...removed.map((branch) => `delete ${REMOTE}${branch}`),
    ...updated.map(({ branch, commit }) => `update ${REMOTE}${branch} ${commit}`),
  ];
  if (lines.length > 0) await updateRefs(settings, row, `${lines.join("\n")}\n`);
  return { updated, removed };
}

async function remoteBranches(settings: Settings, row: WorkspaceRow): Promise<Map<string, string>> {
  const args = ["for-each-ref", `--format=%(objectname) %(refname)`, REMOTE];
  const { text } = await gitInside(settings, row, args, { mostBytes: 32 * 1024 * 1024 });
  const found = text.split("\n").map((line) => line.split(" "));
  return new Map(
    found.flatMap(([commit = "", name = ""]): [string, string][] =>
      isCommitId(commit) && name.startsWith(REMOTE) && name !== `${REMOTE}HEAD`
        ? [[name.slice(REMOTE.length), commit]]
        : [],
    ),
  );
}

/** All of them or none, as one transaction of git. */
async function updateRefs(settings: Settings, row: WorkspaceRow, lines: string): Promise<void> {
  const base = join(settings.dataDir, "incoming");
  await mkdir(base, { recursive: true });
  const directory = await mkdtemp(join(base, "fetch-"));
  try {
    await writeFile(join(directory, "refs"), lines);
    await gitInside(settings, row, ["update-ref", "--stdin"], {
      before: 'exec <"$IN/refs"',
      env: { IN: settings.sandbox === "process" ? directory : "/in" },
      writable: [{ directory, target: "/in" }],
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
