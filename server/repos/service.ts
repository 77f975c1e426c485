import { isAbsolute } from "node:path";
import { and, eq, isNull, like, or, sql } from "drizzle-orm";
import type { z } from "zod";
import type { RepoSource } from "#db/enums.ts";
import { credentials } from "#db/schema/organizations.ts";
import { repos } from "#db/schema/repos.ts";
import { tasks } from "#db/schema/tasks.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { openSource } from "../git/source.ts";
import { newId, slugOf } from "../ids.ts";
import { encryptSecret, openSecrets } from "../keyring.ts";
import { findTeam } from "../teams/finding.ts";
import { findRepo } from "./queries.ts";
import type { registerRepoInput, updateRepoInput } from "./schema.ts";
import { setupHostsAsKept } from "./setup-hosts.ts";

type Registration = z.output<typeof registerRepoInput>;
/** Files of the product that a repository begins with; only the sample and its crew have such. */
type FirstFiles = "sample" | "demonstration";

/**
 * Registers a repository; the worker makes the server's bare copy of it. @returns its id.
 * @throws AppError invalid or forbidden for a source the server must not touch.
 */
export async function registerRepo(context: Context, input: Registration, firstFiles?: FirstFiles): Promise<string> {
  const { actor } = context;
  // Looking up the host may take a moment; nothing is locked yet.
  const source = firstFiles ? { source: firstFiles, sourceUrl: null } : await checkSource(context, input);
  const team = await findTeam(context, input.teamId);
  if (team.archivedAt) throw new AppError("conflict", `The team ${team.name} is archived; it takes no repositories.`);
  // One at a time in an organization, so that a name is taken once.
  await context.tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`repos|${actor.orgId}`}, 0))`);
  await requireFreeName(context, input.name);
  const id = newId();
  const { name, gateCommand, gateTimeoutSeconds, mergeStrategy } = input;
  await record(context, "repo.registered", [
    {
      subject: id,
      team: input.teamId,
      data: {
        ...{ name, gateCommand, gateTimeoutSeconds, mergeStrategy, ...source },
        slug: await freeSlug(context, slugOf(name, "repo")),
        credentialId: input.credential ? await keepCredential(context, name, input.credential) : null,
        defaultBranch: "main",
      },
    },
  ]);
  return id;
}

/** Changes a repository's name, gate or way of merging. A merge that is being tested keeps the gate it began with. */
export async function updateRepo(
  context: Context,
  { repoId, ...changes }: z.output<typeof updateRepoInput>,
): Promise<string> {
  const repo = await findRepo(context, repoId);
  if (repo.archivedAt) throw new AppError("conflict", `The repository ${repo.name} is archived and does not change.`);
  if (changes.name && changes.name !== repo.name) await requireFreeName(context, changes.name);
  if (Object.keys(changes).length > 0) {
    const { setupHosts } = changes;
    const data = { ...changes, ...(setupHosts ? { setupHosts: setupHostsAsKept(setupHosts) } : {}) };
    await record(context, "repo.updated", [{ subject: repo.id, team: repo.teamId, data }]);
  }
  return repo.id;
}

/** Puts a repository away. @throws AppError conflict while tasks of it are open. */
export async function archiveRepo(context: Context, repoId: string): Promise<string> {
  const repo = await findRepo(context, repoId);
  if (repo.archivedAt) return repo.id;
  const open = await context.tx
    .select({ number: tasks.number })
    .from(tasks)
    .where(
      and(
        eq(tasks.orgId, repo.orgId),
        eq(tasks.repoId, repo.id),
        isNull(tasks.archivedAt),
        sql`${tasks.status} not in ('done', 'cancelled')`,
      ),
    )
    .orderBy(tasks.number)
    .limit(10);
  if (open.length > 0) {
    const numbers = open.map(({ number }) => `#${number}`).join(", ");
    throw new AppError("conflict", `${repo.name} has open tasks (${numbers}). Finish or cancel them first.`);
  }
  await record(context, "repo.archived", [{ subject: repo.id, team: repo.teamId, data: {} }]);
  return repo.id;
}

/** Copies a repository again after it failed. */
export async function retryRepo(context: Context, repoId: string): Promise<string> {
  const repo = await findRepo(context, repoId);
  if (repo.archivedAt || repo.status !== "error") {
    const state = repo.archivedAt ? "archived" : repo.status;
    throw new AppError("conflict", `${repo.name} is ${state}; only a repository that failed is tried again.`);
  }
  await record(context, "repo.retried", [{ subject: repo.id, team: repo.teamId, data: {} }]);
  return repo.id;
}

async function checkSource(
  { actor, settings }: Context,
  { source, credential }: Registration,
): Promise<{ source: RepoSource; sourceUrl: string | null }> {
  const isUrl = /^https:\/\//i.test(source);
  if (credential && !isUrl) throw new AppError("invalid", "A credential belongs to an https:// source only.");
  if (source === "hosted") return { source: "hosted", sourceUrl: null };
  if (isUrl) {
    const opened = await openSource(source);
    if (opened.kind === "remote") return { source: "url", sourceUrl: source };
  }
  if (!isAbsolute(source)) {
    throw new AppError("invalid", "The source is `hosted`, an https:// URL, or the absolute path of a repository.");
  }
  if (actor.role !== "owner") throw new AppError("forbidden", "Only owners register a path on the server.");
  if (settings.repoRoots.length === 0) {
    throw new AppError(
      "forbidden",
      "No local path is allowed yet. Whoever runs the server names folders in ENTOURAGE_REPO_ROOTS and starts it again.",
    );
  }
  const opened = await openSource(source, { allowedRoots: [...settings.repoRoots] });
  if (opened.kind !== "local") throw new AppError("invalid", "This is not a path of the server.");
  return { source: "local", sourceUrl: opened.path };
}

async function keepCredential(
  { tx, actor, settings, now }: Context,
  name: string,
  { username, password }: NonNullable<Registration["credential"]>,
): Promise<string> {
  const id = newId();
  const { keyring } = openSecrets(settings.dataDir);
  const place = { orgId: actor.orgId, table: "credentials", rowId: id, column: "sealed" };
  const sealed = Buffer.from(encryptSecret(keyring, password, place));
  await tx.insert(credentials).values({ orgId: actor.orgId, id, name, username, sealed, createdAt: now });
  return id;
}

async function requireFreeName({ tx, actor }: Context, name: string): Promise<void> {
  const taken = await tx
    .select({ id: repos.id })
    .from(repos)
    .where(and(eq(repos.orgId, actor.orgId), eq(repos.name, name), isNull(repos.archivedAt)));
  if (taken.length > 0) throw new AppError("conflict", `There is a repository ${name} already. Choose another name.`);
}

async function freeSlug({ tx, actor }: Context, wanted: string): Promise<string> {
  const taken = await tx
    .select({ slug: repos.slug })
    .from(repos)
    .where(and(eq(repos.orgId, actor.orgId), or(eq(repos.slug, wanted), like(repos.slug, `${wanted}-%`))));
  const slugs = new Set(taken.map(({ slug }) => slug));
  if (!slugs.has(wanted)) return wanted;
  for (let number = 2; ; number++) if (!slugs.has(`${wanted}-${number}`)) return `${wanted}-${number}`;
}
