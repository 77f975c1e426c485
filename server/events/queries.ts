import { type SQL, sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import type { FeedEvent } from "./schema.ts";

/** Events of a subquery over the log, as readers get them; `order` is by the alias `e`. */
export async function readEventsBy(
  { tx, actor }: Context,
  source: SQL,
  order: SQL = sql`e.seq desc`,
): Promise<FeedEvent[]> {
  const rows = await tx.execute<
    FeedEvent & { seq: string | number } & Record<string, unknown>
  >(sql`select e.seq, e.id, e.type,
      e.team_id as "teamId", e.task_id as "taskId", t.number as "taskNumber", e.subject_id as "subjectId", e.actor,
      e.correlation_id as "correlationId", e.data, case when c.seq is null then null else json_build_object('seq', c.seq,
        'type', c.type, 'taskId', c.task_id, 'taskNumber', ct.number, 'to', c.data->>'to') end as cause, ${isoTime(sql`e.occurred_at`)} as "occurredAt"
    from ${source} e
    left join tasks t on t.org_id = e.org_id and t.id = e.task_id
    left join events c on c.org_id = e.org_id and c.seq = e.cause_seq
      ${actor.teams === "all" ? sql`` : sql`and (c.team_id is null or c.team_id = any(${`{${actor.teams.join(",")}}`}::uuid[]))`}
    left join tasks ct on ct.org_id = c.org_id and ct.id = c.task_id order by ${order}`);
  return rows.map((row) => ({ ...row, seq: Number(row.seq), data: withoutHashes(row.data) }));
}

/** Hashes of keys and invitations help nobody who reads the feed. */
export function withoutHashes({
  hash: _hash,
  tokenHash: _tokenHash,
  ...data
}: Record<string, unknown>): Record<string, unknown> {
  return data;
}
