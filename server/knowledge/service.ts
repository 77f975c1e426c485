import { createHash } from "node:crypto";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { z } from "zod";
import { knowledgeSources } from "#db/schema/knowledge.ts";
import { repos } from "#db/schema/repos.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { findTeam } from "../teams/finding.ts";
import type { addDocumentInput, replaceDocumentInput } from "./schema.ts";

const mostSources = 1_000;

/** Adds a text. @returns the id of the source; it is indexed by the worker. */
export async function addDocument(
  context: Context,
  { title, body, teamId }: z.output<typeof addDocumentInput>,
): Promise<string> {
  if (teamId) await findTeam(context, teamId);
  await refuseTooMany(context);
  const id = newId();
  const { tx, actor } = context;
  await record(context, "knowledge.added", [
    { subject: id, team: teamId, data: { kind: "document", title, repoId: null, contentHash: hashOf(body) } },
  ]);
  await tx.execute(sql`insert into knowledge_texts (org_id, source_id, body) values (${actor.orgId}, ${id}, ${body})`);
  await requestIndexing(context, id);
  return id;
}

/** Has a repository of a team indexed, and again whenever its default branch moves. The same one is a source once. */
export async function addRepo(context: Context, repoId: string): Promise<string> {
  const { tx, actor } = context;
  const [repo] = await tx
    .select()
    .from(repos)
    .where(and(eq(repos.orgId, actor.orgId), eq(repos.id, repoId), isNull(repos.archivedAt)))
    .for("update");
  if (!repo || !(actor.teams === "all" || actor.teams.includes(repo.teamId)))
    throw new AppError("not_found", `There is no repository ${repoId} here. list_repos shows what there is.`);
  const [same] = await tx
    .select({ id: knowledgeSources.id })
    .from(knowledgeSources)
    .where(
      and(
        eq(knowledgeSources.orgId, actor.orgId),
        eq(knowledgeSources.repoId, repoId),
        isNull(knowledgeSources.removedAt),
      ),
    );
  if (same) return same.id;
  await refuseTooMany(context);
  const id = newId();
  await record(context, "knowledge.added", [
    { subject: id, team: repo.teamId, data: { kind: "repo", title: repo.name, repoId, contentHash: null } },
  ]);
  await requestIndexing(context, id);
  return id;
}

/** Puts another text in the place of a document's. */
export async function replaceDocument(
  context: Context,
  { sourceId, title, body }: z.output<typeof replaceDocumentInput>,
): Promise<void> {
  const found = await findSource(context, sourceId);
  if (found.kind !== "document")
    throw new AppError("conflict", `${found.title} is a repository: it changes by commits.`);
  const { tx, actor } = context;
  await record(context, "knowledge.replaced", [
    { subject: sourceId, team: found.teamId, data: { title, contentHash: hashOf(body) } },
  ]);
  await tx.execute(
    sql`update knowledge_texts set body = ${body} where org_id = ${actor.orgId} and source_id = ${sourceId}`,
  );
  await requestIndexing(context, sourceId);
}

/** Takes a source away with everything that was made of it. */
export async function removeSource(context: Context, sourceId: string): Promise<void> {
  const { tx, actor } = context;
  const found = await findSource(context, sourceId);
  await record(context, "knowledge.removed", [{ subject: sourceId, team: found.teamId, data: {} }]);
  for (const table of ["knowledge_jobs", "knowledge_texts", "knowledge_files", "knowledge_chunks"])
    await tx.execute(
      sql`delete from ${sql.identifier(table)} where org_id = ${actor.orgId} and source_id = ${sourceId}`,
    );
}

/** Asks for a source to be indexed (again): only what changed is done. */
async function requestIndexing({ tx, actor, hints }: Context, sourceId: string): Promise<void> {
  await tx.execute(sql`insert into knowledge_jobs (org_id, source_id, requested_at) values (${actor.orgId}, ${sourceId}, now())
    on conflict (org_id, source_id) do update set requested_at = now(), started_at = null, finished_at = null, cancelled_at = null,
      error = null, files_total = 0, files_done = 0, chunks_done = 0`);
  hints.push({ topic: "knowledge_asked", orgId: actor.orgId });
}

export async function reindexSource(context: Context, sourceId: string): Promise<void> {
  await findSource(context, sourceId);
  await requestIndexing(context, sourceId);
}

/** Stops indexing a source; what is done stays. */
export async function cancelIndexing(context: Context, sourceId: string): Promise<void> {
  const { tx, actor } = context;
  await findSource(context, sourceId);
  const [stopped] = await tx.execute(sql`update knowledge_jobs set cancelled_at = now() where org_id = ${actor.orgId}
    and source_id = ${sourceId} and finished_at is null and cancelled_at is null returning 1`);
  if (!stopped) throw new AppError("conflict", "It is not being indexed at the moment.");
}

async function findSource({ tx, actor }: Context, id: string) {
  const [found] = await tx
    .select()
    .from(knowledgeSources)
    .where(
      and(eq(knowledgeSources.orgId, actor.orgId), eq(knowledgeSources.id, id), isNull(knowledgeSources.removedAt)),
    )
    .for("update");
  const isTheirs = found && (found.teamId === null || actor.teams === "all" || actor.teams.includes(found.teamId));
  if (!found || !isTheirs)
    throw new AppError("not_found", `There is no source ${id} here. list_knowledge shows what there is.`);
  return found;
}

async function refuseTooMany({ tx, actor }: Context): Promise<void> {
  const [row] = await tx.execute<{ count: number }>(sql`select count(*)::int as count from knowledge_sources
    where org_id = ${actor.orgId} and removed_at is null`);
  if ((row?.count ?? 0) >= mostSources)
    throw new AppError("conflict", `The organization has ${mostSources} sources. Remove some, or put texts together.`);
}

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");
