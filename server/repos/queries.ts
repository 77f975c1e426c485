import { join } from "node:path";
import { and, asc, eq, isNull } from "drizzle-orm";
import { organizations } from "#db/schema/organizations.ts";
import { repos } from "#db/schema/repos.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { findTeam, teamMeant } from "../teams/finding.ts";
import type { Repo } from "./schema.ts";

export type RepoRow = typeof repos.$inferSelect;

/** Where the server keeps the bare repository. Only ids stand in the path: nothing a caller chose. */
export function repositoryPath({ dataDir }: { dataDir: string }, repo: { orgId: string; id: string }): string {
  return join(dataDir, "repositories", repo.orgId, `${repo.id}.git`);
}

/** Where `installHooks` puts the hooks that every bare repository runs. */
export const hooksDirectory = ({ dataDir }: { dataDir: string }): string => join(dataDir, "git-hooks");

/** A repository of the actor's teams. @throws AppError not_found, the same for missing and foreign. */
export async function findRepo({ tx, actor }: Context, repoId: string): Promise<RepoRow> {
  const [repo] = await tx
    .select()
    .from(repos)
    .where(and(eq(repos.orgId, actor.orgId), eq(repos.id, repoId)));
  if (!repo || !(actor.teams === "all" || actor.teams.includes(repo.teamId))) {
    throw new AppError("not_found", `There is no repository ${repoId} here. list_repos shows yours.`);
  }
  return repo;
}

/** A repository that can be fetched from and merged into now. @throws AppError conflict saying what it waits for. */
export async function findReadyRepo(context: Context, repoId: string): Promise<RepoRow> {
  const repo = await findRepo(context, repoId);
  if (repo.archivedAt) throw new AppError("conflict", `The repository ${repo.name} is archived.`);
  if (repo.status === "initializing") {
    throw new AppError("conflict", `The repository ${repo.name} is still being copied. Try again in a moment.`);
  }
  if (repo.status === "error") {
    throw new AppError("conflict", `The repository ${repo.name} could not be copied: ${repo.error} Use retry_repo.`);
  }
  return repo;
}

/** One repository, as every door shows it. */
export async function readRepo(context: Context, repoId: string): Promise<Repo> {
  return shown(context, await findRepo(context, repoId), await orgSlug(context));
}

/** The repositories of a team by name; with `archived`, those that were put away. */
export async function listRepos(
  context: Context,
  { teamId: named, archived }: { teamId?: string | undefined; archived: boolean },
): Promise<{ repos: Repo[] }> {
  const teamId = teamMeant(context, named);
  await findTeam(context, teamId);
  const { tx, actor } = context;
  const rows = await tx
    .select()
    .from(repos)
    .where(and(eq(repos.orgId, actor.orgId), eq(repos.teamId, teamId), archived ? undefined : isNull(repos.archivedAt)))
    .orderBy(asc(repos.name));
  const slug = await orgSlug(context);
  return { repos: rows.map((row) => shown(context, row, slug)) };
}

async function orgSlug({ tx, actor }: Context): Promise<string> {
  const [organization] = await tx
    .select({ slug: organizations.slug })
    .from(organizations)
    .where(eq(organizations.orgId, actor.orgId));
  if (!organization) throw new Error("an actor without an organization");
  return organization.slug;
}

function shown({ settings }: Context, repo: RepoRow, org: string): Repo {
  const { id, teamId, name, slug, source, sourceUrl, defaultBranch, gateCommand, gateTimeoutSeconds } = repo;
  return {
    ...{ id, teamId, name, slug, source, sourceUrl, defaultBranch, gateCommand, gateTimeoutSeconds },
    mergeStrategy: repo.mergeStrategy,
    ...{
      setupScript: repo.setupScript,
      setupHosts: repo.setupHosts,
      turnCheck: repo.turnCheck,
      commitCheck: repo.commitCheck,
    },
    hasCredential: repo.credentialId !== null,
    status: repo.status,
    error: repo.error,
    headCommit: repo.headCommit,
    cloneUrl: `${settings.publicUrl}/api/git/${org}/${slug}.git`,
    createdAt: repo.createdAt.toISOString(),
    archivedAt: repo.archivedAt?.toISOString() ?? null,
  };
}
