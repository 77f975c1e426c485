import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Context } from "../context.ts";
import { readEventsBy } from "../events/queries.ts";
import type { FeedEvent } from "../events/schema.ts";
import { type auditExport, auditGroups, type exportAuditInput, type listAuditInput } from "./schema.ts";

/** Events of administration and security, newest first. A page costs the same however long the log of work is. */
export async function readAudit(
  context: Context,
  { groups = [...auditGroups], actorId, from, until, before, limit }: z.output<typeof listAuditInput>,
): Promise<{ events: FeedEvent[]; next: number | null }> {
  const { orgId } = context.actor;
  // The newest of each kind by the index events_audit, and of those the newest.
  const source = sql`(select x.* from unnest(${`{${groups.join(",")}}`}::text[]) as g(name), lateral (
      select e.* from events e where e.org_id = ${orgId} and split_part(e.type, '.', 1) = g.name
        and split_part(e.type, '.', 1) not in ('task', 'message', 'review', 'merge', 'gate')
        and (g.name <> 'request' or (e.type = 'request.resolved' and exists (select 1 from human_requests r
          where r.org_id = e.org_id and r.id = e.subject_id and r.kind in ('permission', 'approval'))))
        ${before ? sql`and e.seq < ${before}` : sql``} ${actorId ? sql`and e.actor->>'id' = ${actorId}` : sql``}
        ${from ? sql`and e.occurred_at >= ${from}::timestamptz` : sql``} ${until ? sql`and e.occurred_at < ${until}::timestamptz` : sql``}
      order by e.seq desc limit ${limit + 1}) x order by x.seq desc limit ${limit + 1})`;
  const found = await readEventsBy(context, source);
  const events = await withWords(context, found.slice(0, limit));
  return { events, next: found.length > limit ? (events.at(-1)?.seq ?? null) : null };
}

/** What was refused in words: other readers of the log are not told. */
async function withWords({ tx, actor }: Context, events: readonly FeedEvent[]): Promise<FeedEvent[]> {
  const refused = events.filter(({ type }) => type === "security.action_refused").map(({ seq }) => seq);
  if (refused.length === 0) return [...events];
  const rows = await tx.execute<{
    seq: number;
    words: string[] | null;
  }>(sql`select e.seq::float8 as seq, e.data->'words' as words
    from events e where e.org_id = ${actor.orgId} and e.seq = any(${`{${refused.join(",")}}`}::bigint[])`);
  const wordsOf = new Map(rows.map(({ seq, words }) => [seq, words ?? []]));
  return events.map((event) => {
    const words = wordsOf.get(event.seq);
    return words ? { ...event, data: { ...event.data, words } } : event;
  });
}

/** The same as a file. */
export async function exportAudit(
  context: Context,
  { format, ...filters }: z.output<typeof exportAuditInput>,
): Promise<z.output<typeof auditExport>> {
  const { events, next } = await readAudit(context, filters);
  const day = context.now.toISOString().slice(0, 10);
  return format === "csv"
    ? { name: `audit-${day}.csv`, contentType: "text/csv; charset=utf-8", text: asCsv(events), next }
    : { name: `audit-${day}.jsonl`, contentType: "application/jsonl", text: asLines(events), next };
}

const asLines = (events: readonly FeedEvent[]) => events.map((event) => `${JSON.stringify(event)}\n`).join("");

const columns = ["seq", "occurredAt", "type", "actorKind", "actorId", "actor", "subjectId", "teamId", "data"] as const;

/** RFC 4180: CRLF, quotes doubled. */
function asCsv(events: readonly FeedEvent[]): string {
  const rows = events.map(({ seq, occurredAt, type, actor, subjectId, teamId, data }) =>
    [seq, occurredAt, type, actor.kind, actor.id, actor.name, subjectId, teamId ?? "", JSON.stringify(data)].map(cell),
  );
  return [columns, ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

/** A text that a spreadsheet would take for a formula gets an apostrophe before it: names are chosen by anybody. */
function cell(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
