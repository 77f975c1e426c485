import { sql } from "drizzle-orm";
import { type Context, type Runtime, systemActor } from "../context.ts";
import { AppError } from "../errors.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { type Embedder, embedderOf } from "./embedder.ts";
import { visibleTo } from "./queries.ts";
import type { Hit } from "./schema.ts";
import { quantise } from "./vectors.ts";

export interface Asked {
  orgId: string;
  /** Whose sources are searched besides the organization's. */
  teams: "all" | readonly string[];
  query: string;
  most: number;
}

const batch = 5_000;
/** Loading of one organization goes one after the other, so that no vector is told twice. */
const loading = new WeakMap<Embedder, Map<string, Loaded>>();

interface Loaded {
  stamp: number;
  generation: number;
  turn: Promise<unknown>;
  teams: Set<string>;
}

/**
 * What of an organization's documents and repositories means the same as a question, best first. The vectors are held by
 * the embedder's process: new ones are brought first, and what was taken away meanwhile is not found.
 * @throws AppError unavailable when no vector can be made.
 */
export async function searchByMeaning(runtime: Runtime, asked: Asked): Promise<Hit[]> {
  const embedder = embedderOf(runtime);
  const [vector] = await embedder.embed([asked.query]);
  if (!vector) throw new AppError("unavailable", "The question could not be read.");
  const query = quantise(vector);
  const groups = await bringVectors(runtime, embedder, asked.orgId);
  const wanted = [...groups].filter((team) => team === "all" || asked.teams === "all" || asked.teams.includes(team));
  if (wanted.length === 0) return [];
  const near = await embedder.search(
    wanted.map((team) => blockOf(asked.orgId, embedder, team)),
    query,
    asked.most * 3 + 20,
  );
  return inSystem(runtime, asked.orgId, (context) => readHits(context, asked, near));
}

const blockOf = (orgId: string, { model }: Embedder, team: string) => `${orgId}|${model}|${team}`;

/** Tells the embedder's process of vectors it does not have yet. @returns the teams that have any. */
async function bringVectors(runtime: Runtime, embedder: Embedder, orgId: string): Promise<Set<string>> {
  const states = loading.get(embedder) ?? new Map<string, Loaded>();
  loading.set(embedder, states);
  const state = states.get(orgId) ?? { stamp: 0, generation: -1, turn: Promise.resolve(), teams: new Set<string>() };
  states.set(orgId, state);
  const mine = state.turn.catch(() => undefined).then(() => load(runtime, embedder, orgId, state));
  state.turn = mine;
  await mine;
  return state.teams;
}

interface Row extends Record<string, unknown> {
  id: string;
  team: string;
  vector: Uint8Array;
  stamp: number;
}

async function load(
  runtime: Runtime,
  embedder: Embedder,
  orgId: string,
  state: { stamp: number; generation: number; teams: Set<string> },
): Promise<void> {
  if (state.generation !== embedder.generation())
    Object.assign(state, { stamp: 0, generation: embedder.generation(), teams: new Set() });
  for (let more = true; more; ) {
    const rows = await inSystem(runtime, orgId, ({ tx }) =>
      tx.execute<Row>(sql`select c.id, coalesce(k.team_id::text, 'all') as team, c.vector, c.stamp::float8 as stamp from knowledge_chunks c
        join knowledge_sources k on k.org_id = c.org_id and k.id = c.source_id
       where c.org_id = ${orgId} and c.model = ${embedder.model} and c.stamp > ${state.stamp} order by c.stamp limit ${batch}`),
    );
    more = rows.length === batch;
    for (const team of new Set(rows.map((row) => row.team))) {
      const own = rows.filter((row) => row.team === team);
      const dimensions = own[0]?.vector.length ?? 0;
      const fitting = own.filter(({ vector }) => vector.length === dimensions);
      const values = new Uint8Array(dimensions * fitting.length);
      for (const [at, { vector }] of fitting.entries()) values.set(vector, at * dimensions);
      const reset = !state.teams.has(team);
      await embedder.load(blockOf(orgId, embedder, team), {
        dimensions,
        reset,
        ids: fitting.map(({ id }) => id),
        values,
      });
      state.teams.add(team);
    }
    state.stamp = rows.at(-1)?.stamp ?? state.stamp;
  }
}

async function readHits(
  { tx }: Context,
  { orgId, teams, most }: Asked,
  near: readonly { id: string; score: number }[],
): Promise<Hit[]> {
  const rows = await tx.execute<Hit & { id: string } & Record<string, unknown>>(sql`
    select c.id, k.title as source, c.path, c.first_line as "firstLine", c.last_line as "lastLine", c.body as text, 0 as score
      from knowledge_chunks c join knowledge_sources k on k.org_id = c.org_id and k.id = c.source_id and k.removed_at is null
     where c.org_id = ${orgId} and ${visibleTo({ teams })}
       and c.id in (select value::uuid from jsonb_array_elements_text(${JSON.stringify(near.map(({ id }) => id))}::text::jsonb))`);
  const found = new Map(rows.map(({ id, ...row }) => [id, row]));
  return near
    .flatMap(({ id, score }) => {
      const row = found.get(id);
      return row ? [{ ...row, score: Math.round(score * 1_000) / 1_000 }] : [];
    })
    .slice(0, most);
}

const inSystem = <Result>(
  runtime: Runtime,
  orgId: string,
  work: (context: Context) => Promise<Result>,
): Promise<Result> =>
  inTransaction(runtime, systemActor(orgId, "knowledge"), { requestId: `knowledge-${newId()}` }, work);
