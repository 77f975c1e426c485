import { and, eq } from "drizzle-orm";
import { credentials } from "#db/schema/organizations.ts";
import { repos } from "#db/schema/repos.ts";
import type { Context, Settings } from "../context.ts";
import { record } from "../events/record.ts";
import { type GitSource, openSource } from "../git/source.ts";
import { decryptSecret, openSecrets } from "../keyring.ts";
import type { RepoRow } from "./queries.ts";

/** A repository with the opened secret of its source, for the worker only. */
export interface SourcedRepo {
  repo: RepoRow;
  credential?: { username: string; password: string };
}

/** A repository as the worker needs it, whatever its state. */
export async function loadRepo(context: Context, repoId: string): Promise<SourcedRepo | undefined> {
  const { tx, actor, settings } = context;
  const [repo] = await tx
    .select()
    .from(repos)
    .where(and(eq(repos.orgId, actor.orgId), eq(repos.id, repoId)));
  if (!repo?.credentialId) return repo && { repo };
  const [kept] = await tx
    .select()
    .from(credentials)
    .where(and(eq(credentials.orgId, actor.orgId), eq(credentials.id, repo.credentialId)));
  if (!kept) return { repo };
  const place = { orgId: actor.orgId, table: "credentials", rowId: kept.id, column: "sealed" };
  const { keyring } = openSecrets(settings.dataDir);
  const password = decryptSecret(keyring, Buffer.from(kept.sealed).toString("utf8"), place);
  return { repo, credential: { username: kept.username, password } };
}

/** Where the repository came from, checked again at each use; nothing for one that is hosted here. */
export async function sourceOf(settings: Settings, { repo, credential }: SourcedRepo): Promise<GitSource | undefined> {
  if (!repo.sourceUrl) return undefined;
  if (repo.source === "local") return openSource(repo.sourceUrl, { allowedRoots: [...settings.repoRoots] });
  return openSource(repo.sourceUrl, credential ? { credential } : {});
}

/** The bare copy is there: the repository can be used. Said once, whoever made the copy. */
export async function recordReady(
  context: Context,
  repo: RepoRow,
  data: { defaultBranch: string; headCommit: string | null },
): Promise<void> {
  if (!(await isInitializing(context, repo))) return;
  await record(context, "repo.ready", [{ subject: repo.id, team: repo.teamId, data }]);
}

/** The bare copy could not be made, in words for whoever registered it. */
export async function recordFailed(context: Context, repo: RepoRow, error: string): Promise<void> {
  if (!(await isInitializing(context, repo))) return;
  await record(context, "repo.failed", [{ subject: repo.id, team: repo.teamId, data: { error } }]);
}

/** The default branch took over what the source had: commits that passed no gate of ours, and the log says so. */
export async function recordFetched(
  context: Context,
  repo: RepoRow,
  data: { headCommit: string; previous: string },
): Promise<void> {
  await record(context, "repo.fetched", [{ subject: repo.id, team: repo.teamId, data }]);
}

async function isInitializing({ tx, actor }: Context, repo: RepoRow): Promise<boolean> {
  const [row] = await tx
    .select({ status: repos.status })
    .from(repos)
    .where(and(eq(repos.orgId, actor.orgId), eq(repos.id, repo.id)))
    .for("update");
  return row?.status === "initializing";
}
