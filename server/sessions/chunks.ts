import { sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { readSession } from "./queries.ts";
import type { Chunk } from "./schema.ts";

/** What came in a session after a chunk, for whoever may read it. @throws AppError not_found */
export async function listChunks(
  context: Context,
  { sessionId, after, limit }: { sessionId: string; after: number; limit: number },
): Promise<{ chunks: Chunk[]; lastSeq: number }> {
  await readSession(context, sessionId);
  const { orgId } = context.actor;
  const chunks = (await readChunks(context, [{ orgId, sessionId, after }], limit)).map(({ seq, turn, at, update }) => ({
    seq,
    turn,
    at,
    update,
  }));
  return { chunks, lastSeq: await lastSeqOf(context, sessionId) };
}

/** The newest chunk's number; 0: there is none. */
export async function lastSeqOf({ tx, actor }: Context, sessionId: string): Promise<number> {
  const [last] = await tx.execute<{ seq: number }>(sql`select coalesce(max(seq), 0)::float8 as seq from session_chunks
    where org_id = ${actor.orgId} and session_id = ${sessionId}`);
  return last?.seq ?? 0;
}

/** What came in several sessions, each after its own place, in order: one statement for all who watch. At most `limit` of each. */
async function readChunks(
  { tx }: Pick<Context, "tx">,
  places: readonly { orgId: string; sessionId: string; after: number }[],
  limit: number,
): Promise<(Chunk & { sessionId: string })[]> {
  const rows = places.map(({ orgId, sessionId, after }) => ({ o: orgId, s: sessionId, a: after }));
  return tx.execute<Chunk & { sessionId: string } & Record<string, unknown>>(sql`
    select c.session_id as "sessionId", c.seq::float8 as seq, c.turn, ${isoTime(sql`c.at`)} as at, c.data as update
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as p(o uuid, s uuid, a bigint)
      cross join lateral (select * from session_chunks c where c.org_id = p.o and c.session_id = p.s and c.seq > p.a
        order by c.seq limit ${limit}) c order by c.session_id, c.seq`);
}
