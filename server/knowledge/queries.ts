import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import type { Hit, KnowledgeSource, lookupInput } from "./schema.ts";

/** Sources of one's teams and of the whole organization. */
export const visibleTo = ({ teams }: { teams: "all" | readonly string[] }): SQL =>
  teams === "all"
    ? sql`true`
    : sql`(k.team_id is null or k.team_id in (select value::uuid from jsonb_array_elements_text(${JSON.stringify(teams)}::text::jsonb)))`;

export async function readSources({ tx, actor }: Context, which: SQL = sql`true`): Promise<KnowledgeSource[]> {
  return tx.execute<KnowledgeSource & Record<string, unknown>>(sql`
    select k.id, k.team_id as "teamId", k.kind, k.title, k.repo_id as "repoId", k.created_by as "addedBy",
      ${isoTime(sql`k.created_at`)} as "addedAt", coalesce(f.files, 0)::int as files, coalesce(f.chunks, 0)::int as chunks,
      json_build_object('status', case when j.cancelled_at is not null then 'cancelled' when j.error is not null then 'failed'
          when j.finished_at is not null then 'done' when j.started_at is not null then 'running' else 'queued' end,
        'filesTotal', coalesce(j.files_total, 0), 'filesDone', coalesce(j.files_done, 0), 'chunksDone', coalesce(j.chunks_done, 0),
        'error', j.error, 'finishedAt', ${isoTime(sql`j.finished_at`)}) as indexing
      from knowledge_sources k left join knowledge_jobs j on j.org_id = k.org_id and j.source_id = k.id
      left join lateral (select count(*) as files, sum(f.chunks) as chunks from knowledge_files f
        where f.org_id = k.org_id and f.source_id = k.id) f on true
     where k.org_id = ${actor.orgId} and k.removed_at is null and ${visibleTo(actor)} and ${which} order by k.created_at desc, k.id`);
}

const mostLooked = 200;

/**
 * Looks a name up by full text: chunks that have the word, those that define it first.
 * `teams`: whose sources are looked in besides the organization's.
 */
export async function lookUp(
  { tx, actor }: Context,
  { name, limit }: z.output<typeof lookupInput>,
  teams: "all" | readonly string[] = actor.teams,
): Promise<Hit[]> {
  const words = name.match(/[\p{L}\p{N}_]+\*?/gu) ?? [];
  const query = words.map((word) => (word.endsWith("*") ? `${word.slice(0, -1)}:*` : word)).join(" & ");
  if (!query) return [];
  const rows = await tx.execute<Hit & Record<string, unknown>>(sql`
    select k.title as source, c.path, c.first_line as "firstLine", c.last_line as "lastLine", c.body as text,
      ts_rank(c.words, q.query)::float8 as score
      from (select to_tsquery('simple', ${query}) as query) q, knowledge_chunks c
      join knowledge_sources k on k.org_id = c.org_id and k.id = c.source_id and k.removed_at is null
     where c.org_id = ${actor.orgId} and c.words @@ q.query and ${visibleTo({ teams })} order by score desc, c.stamp limit ${mostLooked}`);
  const last = (words.at(-1) ?? "").replace(/\*$/, "");
  return rows
    .map((row) => ({ ...row, score: row.score + (defines(row.text, last) ? 1 : 0) }))
    .toSorted((one, other) => other.score - one.score)
    .slice(0, limit);
}

/**
 * The pieces of what is known that share most words with a text, at least two of them: for a context, without asking the
 * model of meanings. `teams`: whose sources are looked in besides the organization's.
 */
export async function findRelated(
  { tx, actor }: Context,
  { text, limit, teams }: { text: string; limit: number; teams: readonly string[] },
): Promise<(Hit & { id: string; shared: string[] })[]> {
  const words = tellingWordsOf(text);
  if (words.length < 2) return [];
  const query = words.join(" | ");
  const rows = await tx.execute<Hit & { id: string; shared: string[] } & Record<string, unknown>>(sql`
    select n.* from (select c.id, k.title as source, c.path, c.first_line as "firstLine", c.last_line as "lastLine", c.body as text,
        ts_rank(c.words, q.query, 1)::float8 as score,
        array(select w from jsonb_array_elements_text(${JSON.stringify(words)}::text::jsonb) as w where c.words @@ to_tsquery('simple', w)) as shared
      from (select to_tsquery('simple', ${query}) as query) q, knowledge_chunks c
      join knowledge_sources k on k.org_id = c.org_id and k.id = c.source_id and k.removed_at is null
     where c.org_id = ${actor.orgId} and c.words @@ q.query and ${visibleTo({ teams })}
     order by score desc, c.stamp limit ${mostLooked}) n
    where cardinality(n.shared) >= 2 order by cardinality(n.shared) desc, n.score desc, n.path limit ${limit}`);
  return [...rows];
}

const mostWords = 12;
const untelling = new Set(
  "this that with from have when then than them they their there which what will would should could must into only also each other some such does make made using used after before over under between while where about task page work".split(
    " ",
  ),
);

function tellingWordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_]{4,40}/gu) ?? [];
  return [...new Set(words)].filter((word) => !untelling.has(word)).slice(0, mostWords);
}

/** Whether a text says what a name is, in the ways of the common languages, and in a heading. */
function defines(text: string, name: string): boolean {
  const word = name.replace(/[^\p{L}\p{N}_]/gu, "");
  return new RegExp(
    `(^|[^\\p{L}\\p{N}_])(class|interface|type|enum|struct|trait|function|func|fn|def|const|let|var|val|record|module|package|table|#{1,6})\\s+${word}`,
    "imu",
  ).test(text);
}
