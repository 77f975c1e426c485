import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { type Context, type Runtime, systemActor } from "../context.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../execute.ts";
import { listFiles, readFileAt } from "../git/files.ts";
import { readCommit } from "../git/history.ts";
import { newId } from "../ids.ts";
import { repositoryPath } from "../repos/queries.ts";
import { type Chunk, chunksOf } from "./chunking.ts";
import { embedderOf } from "./embedder.ts";
import { quantise } from "./vectors.ts";

export interface DueSource extends Record<string, unknown> {
  orgId: string;
  sourceId: string;
}

interface Source extends Record<string, unknown> {
  kind: "document" | "repo";
  title: string;
  repoId: string | null;
  defaultBranch: string | null;
  body: string | null;
}

/** A file that could be indexed, and how to read it when it is to be. */
interface Candidate {
  path: string;
  hash: string;
  read: () => Promise<string | null>;
}

class Cancelled extends Error {}

const mostFiles = 20_000;
const mostFileBytes = 256 * 1024;
/** Few at a time, so that a search in between waits for half a second and not for ten. */
const atOnce = 4;

/** What is of no use to whoever looks something up: made by programs, or not text. */
const skipped =
  /(^|\/)(node_modules|vendor|dist|build|out|target|coverage|\.git|\.next|__snapshots__|third_party)\/|(^|\/)(package-lock\.json|yarn\.lock|pnpm-lock\.yaml|Cargo\.lock|poetry\.lock|go\.sum|composer\.lock)$|\.(min\.(js|css)|map|snap|svg|png|jpe?g|gif|webp|ico|pdf|zip|gz|tar|woff2?|ttf|eot|mp[34]|wasm|so|dll|exe|bin|jar|class|pyc|lockb?)$/i;

/** Sources that wait to be indexed, the longest first; also those whose branch moved or whose vectors are of another model. */
export async function listDueSources(runtime: Runtime): Promise<DueSource[]> {
  const { model } = embedderOf(runtime);
  return inTransaction(runtime, systemActor("", "knowledge"), { requestId: newId(), system: true }, async ({ tx }) => {
    await tx.execute(sql`update knowledge_jobs j set requested_at = now(), started_at = null, finished_at = null, error = null,
        files_total = 0, files_done = 0, chunks_done = 0
      from knowledge_sources k left join repos r on r.org_id = k.org_id and r.id = k.repo_id
      where k.org_id = j.org_id and k.id = j.source_id and k.removed_at is null and j.finished_at is not null and j.cancelled_at is null
        and ((k.kind = 'repo' and j.error is null and r.head_commit is distinct from j.head and r.archived_at is null)
          or exists (select 1 from knowledge_files f where f.org_id = j.org_id and f.source_id = j.source_id and f.model <> ${model}))`);
    return tx.execute<DueSource>(sql`select org_id as "orgId", source_id as "sourceId" from knowledge_jobs
      where finished_at is null and cancelled_at is null order by requested_at limit 20`);
  });
}

/**
 * Indexes one source: file by file, each in a transaction of its own with its progress, so that whoever dies in between is
 * followed by one who goes on, and a file that did not change is left alone.
 */
export async function indexSource(runtime: Runtime, due: DueSource, signal: AbortSignal): Promise<void> {
  const inOrg = <Result>(work: (context: Context) => Promise<Result>) =>
    inTransaction(runtime, systemActor(due.orgId, "knowledge"), { requestId: `knowledge-${newId()}` }, work);
  const requestedAt = await inOrg((context) => begin(context, due));
  try {
    const source = await inOrg((context) => readSource(context, due));
    if (!source) return;
    const { head, candidates } = await candidatesOf(runtime, due.orgId, source);
    const known = await inOrg((context) => forgetGone(context, due, candidates, head));
    const { model } = embedderOf(runtime);
    for (const candidate of candidates) {
      signal.throwIfAborted();
      const isSame = known.get(candidate.path) === `${candidate.hash}|${model}`;
      const pieces = isSame ? null : await embedFile(runtime, candidate, source.title, signal);
      await inOrg((context) => keepFile(context, due, { candidate, pieces, model }));
    }
    await inOrg((context) => finish(context, due, requestedAt, null));
  } catch (error) {
    if (error instanceof Cancelled || signal.aborted) return;
    if (!(error instanceof AppError)) throw error;
    await inOrg((context) => finish(context, due, requestedAt, error.message));
  }
}

async function begin({ tx }: Context, { orgId, sourceId }: DueSource): Promise<string> {
  const [job] = await tx.execute<{
    requestedAt: string;
  }>(sql`update knowledge_jobs set started_at = coalesce(started_at, now()), files_done = 0
    where org_id = ${orgId} and source_id = ${sourceId} and finished_at is null and cancelled_at is null returning requested_at::text as "requestedAt"`);
  if (!job) throw new Cancelled();
  return job.requestedAt;
}

async function readSource({ tx }: Context, { orgId, sourceId }: DueSource): Promise<Source | undefined> {
  const [source] =
    await tx.execute<Source>(sql`select k.kind, k.title, k.repo_id as "repoId", r.default_branch as "defaultBranch", t.body
    from knowledge_sources k left join repos r on r.org_id = k.org_id and r.id = k.repo_id
    left join knowledge_texts t on t.org_id = k.org_id and t.source_id = k.id
    where k.org_id = ${orgId} and k.id = ${sourceId} and k.removed_at is null`);
  return source;
}

async function candidatesOf(
  runtime: Runtime,
  orgId: string,
  source: Source,
): Promise<{ head: string | null; candidates: Candidate[] }> {
  if (source.kind === "document") {
    const body = source.body ?? "";
    const hash = createHash("sha256").update(body).digest("hex");
    return { head: null, candidates: [{ path: source.title, hash, read: async () => body }] };
  }
  const repository = repositoryPath(runtime.settings, { orgId, id: source.repoId ?? "" });
  const head = await readCommit(repository, `refs/heads/${source.defaultBranch}`).catch(() => null);
  if (!head) throw new AppError("unavailable", "The repository has no copy here yet. Index it again when it is ready.");
  const entries = await listFiles(repository, head, { recursive: true });
  const chosen = entries.filter(
    ({ kind, bytes, path }) =>
      kind === "file" && (bytes ?? 0) > 0 && (bytes ?? 0) <= mostFileBytes && !skipped.test(path) && path.length <= 500,
  );
  if (chosen.length > mostFiles)
    throw new AppError(
      "too_large",
      `The repository has ${chosen.length} files of text; ${mostFiles} at most are indexed.`,
    );
  const candidates = chosen.map(({ path, objectId }) => ({
    path: path.replaceAll("\0", ""),
    hash: objectId,
    read: async () => (await readFileAt(repository, head, path, { maxBytes: mostFileBytes }))?.text ?? null,
  }));
  return { head, candidates };
}

/** Removes what is not there any more. @returns what is indexed, as `hash|model` by path. */
async function forgetGone(
  { tx }: Context,
  { orgId, sourceId }: DueSource,
  candidates: readonly Candidate[],
  head: string | null,
): Promise<Map<string, string>> {
  const files = await tx.execute<{ path: string; contentHash: string; model: string }>(sql`
    select path, content_hash as "contentHash", model from knowledge_files where org_id = ${orgId} and source_id = ${sourceId}`);
  const there = new Set(candidates.map(({ path }) => path));
  const gone = JSON.stringify(files.filter(({ path }) => !there.has(path)).map(({ path }) => path));
  for (const table of ["knowledge_chunks", "knowledge_files"])
    await tx.execute(sql`delete from ${sql.identifier(table)} where org_id = ${orgId} and source_id = ${sourceId}
      and path in (select jsonb_array_elements_text(${gone}::text::jsonb))`);
  await tx.execute(
    sql`update knowledge_jobs set files_total = ${candidates.length}, head = ${head} where org_id = ${orgId} and source_id = ${sourceId}`,
  );
  return new Map(files.map(({ path, contentHash, model }) => [path, `${contentHash}|${model}`]));
}

type Piece = Chunk & { vector: Uint8Array };

async function embedFile(
  runtime: Runtime,
  { path, read }: Candidate,
  title: string,
  signal: AbortSignal,
): Promise<Piece[]> {
  const chunks = chunksOf((await read()) ?? "");
  const embedder = embedderOf(runtime);
  const pieces: Piece[] = [];
  for (let from = 0; from < chunks.length; from += atOnce) {
    signal.throwIfAborted();
    const some = chunks.slice(from, from + atOnce);
    // What a piece belongs to is part of what it means.
    const vectors = await embedder.embed(some.map(({ body }) => `${title} ${path}\n${body}`));
    for (const [at, chunk] of some.entries())
      pieces.push({ ...chunk, vector: new Uint8Array(quantise(vectors[at] ?? []).buffer) });
  }
  return pieces;
}

/** Puts the pieces of a file in the place of the old ones, with the progress; null: it did not change. */
async function keepFile(
  { tx }: Context,
  { orgId, sourceId }: DueSource,
  { candidate: { path, hash }, pieces, model }: { candidate: Candidate; pieces: Piece[] | null; model: string },
): Promise<void> {
  const [job] =
    await tx.execute(sql`update knowledge_jobs set files_done = files_done + 1, chunks_done = chunks_done + ${pieces?.length ?? 0}
    where org_id = ${orgId} and source_id = ${sourceId} and cancelled_at is null and finished_at is null returning 1`);
  if (!job) throw new Cancelled();
  if (!pieces) return;
  await tx.execute(
    sql`delete from knowledge_chunks where org_id = ${orgId} and source_id = ${sourceId} and path = ${path}`,
  );
  const rows = pieces.map(({ vector, firstLine, lastLine, body }) => ({
    id: newId(),
    firstLine,
    lastLine,
    body,
    vector: Buffer.from(vector).toString("hex"),
  }));
  await tx.execute(sql`insert into knowledge_chunks (org_id, id, source_id, path, first_line, last_line, body, model, vector)
    select ${orgId}, r.id, ${sourceId}, ${path}, r."firstLine", r."lastLine", r.body, ${model}, decode(r.vector, 'hex')
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r(id uuid, "firstLine" int, "lastLine" int, body text, vector text)`);
  await tx.execute(sql`insert into knowledge_files (org_id, source_id, path, content_hash, model, chunks)
    values (${orgId}, ${sourceId}, ${path}, ${hash}, ${model}, ${pieces.length})
    on conflict (org_id, source_id, path) do update set content_hash = excluded.content_hash, model = excluded.model, chunks = excluded.chunks`);
}

/** Asked for anew meanwhile: the row is newer and stays. */
async function finish(
  { tx }: Context,
  { orgId, sourceId }: DueSource,
  requestedAt: string,
  error: string | null,
): Promise<void> {
  await tx.execute(sql`update knowledge_jobs set finished_at = now(), error = ${error} where org_id = ${orgId} and source_id = ${sourceId}
    and requested_at = ${requestedAt}::timestamptz and cancelled_at is null`);
}
