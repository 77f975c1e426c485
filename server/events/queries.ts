import { type SQL, sql } from "drizzle-orm";
import { isoTime } from "#db/iso-time.ts";
import type { Context } from "../context.ts";
import { confidants, isConfidant, withoutConfidences } from "./confidants.ts";
import type { FeedEvent } from "./schema.ts";

/** What readers get of an event `e` of a task `t`, because of the event `c` of the task `ct`. */
const eventColumns = sql`e.seq, e.id, e.type,
      e.team_id as "teamId", e.task_id as "taskId", t.number as "taskNumber", e.subject_id as "subjectId", e.actor,
      e.correlation_id as "correlationId", e.data, case when c.seq is null then null else json_build_object('seq', c.seq,
        'type', c.type, 'taskId', c.task_id, 'taskNumber', ct.number, 'to', c.data->>'to') end as cause, ${isoTime(sql`e.occurred_at`)} as "occurredAt",
      ${confidants} as confidants`;

/** Events of a subquery over the log, as readers get them; `order` is by the alias `e`. */
export async function readEventsBy(
  { tx, actor }: Context,
  source: SQL,
  order: SQL = sql`e.seq desc`,
): Promise<FeedEvent[]> {
  const rows = await tx.execute<
    FeedEvent & Confidential & { seq: string | number } & Record<string, unknown>
  >(sql`select ${eventColumns} from ${source} e
    left join tasks t on t.org_id = e.org_id and t.id = e.task_id
    left join events c on c.org_id = e.org_id and c.seq = e.cause_seq
      ${actor.teams === "all" ? sql`` : sql`and (c.team_id is null or c.team_id = any(${`{${actor.teams.join(",")}}`}::uuid[]))`}
    left join tasks ct on ct.org_id = c.org_id and ct.id = c.task_id order by ${order}`);
  return rows.map(({ confidants: trusted, ...row }) => {
    const event = { ...row, seq: Number(row.seq), data: toldOf(row) };
    return isConfidant(actor, trusted) ? event : bare(event);
  });
}

interface Confidential {
  /** Who may read all that it says; null: everybody who sees it. */
  confidants: string[] | null;
}

/** An event for those who may not read all that it says. */
export const bare = <Event extends Pick<FeedEvent, "data">>(event: Event): Event => ({
  ...event,
  data: withoutConfidences(event.data),
});

/** An event as it is told to many readers, each of whom may see a part of it. */
export interface LoggedFeedEvent extends Confidential {
  orgId: string;
  event: FeedEvent;
  /** Of the event because of which it happened: who does not see that team is not told the cause. */
  causeTeamId: string | null;
}

/** Events of several organizations, each above a number, in order; `limit` of each at most. In a system transaction. */
export async function readLogs(
  { tx }: Context,
  heads: readonly { orgId: string; seq: number }[],
  limit: number,
): Promise<LoggedFeedEvent[]> {
  const asked = JSON.stringify(heads.map(({ orgId, seq }) => ({ org: orgId, seq })));
  const rows = await tx.execute<
    FeedEvent & Confidential & { orgId: string; causeTeamId: string | null } & Record<string, unknown>
  >(sql`select e.org_id as "orgId", c.team_id as "causeTeamId", ${eventColumns}
    from jsonb_to_recordset(${asked}::text::jsonb) as h(org uuid, seq bigint)
    cross join lateral (select * from events l where l.org_id = h.org and l.seq > h.seq order by l.seq limit ${limit}) e
    left join tasks t on t.org_id = e.org_id and t.id = e.task_id
    left join events c on c.org_id = e.org_id and c.seq = e.cause_seq
    left join tasks ct on ct.org_id = c.org_id and ct.id = c.task_id order by e.org_id, e.seq`);
  return rows.map(({ orgId, causeTeamId, confidants: trusted, ...row }) => ({
    ...{ orgId, causeTeamId, confidants: trusted },
    event: { ...row, seq: Number(row.seq), data: toldOf(row) },
  }));
}

/**
 * What an event tells its readers. Hashes of keys and invitations help nobody who reads the feed; and what was tried in
 * somebody's session is for the audit alone, which adds it.
 */
export function toldOf({ type, data: all }: { type: string; data: Record<string, unknown> }): Record<string, unknown> {
  const { hash: _hash, tokenHash: _tokenHash, ...data } = all;
  if (type !== "security.action_refused") return data;
  const { words: _words, ...told } = data;
  return told;
}
