import { sql } from "drizzle-orm";
import { bigint, index, jsonb, primaryKey, snakeCase, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { actorRef, bytes, createdAt, id, moment, orgId } from "../columns.ts";

/**
 * Everything that happened. Immutable: triggers refuse UPDATE, DELETE and TRUNCATE. Written by `append_events` alone,
 * which numbers the rows gap-free in commit order per organization and chains them by SHA-256.
 */
export const events = snakeCase.table(
  "events",
  {
    orgId: orgId(),
    seq: bigint({ mode: "number" }).notNull(),
    id: id(),
    type: text().notNull(),
    /** Null: the whole organization may see it. */
    teamId: uuid(),
    /** The task whose timeline it belongs to, if any. */
    taskId: uuid(),
    subjectId: uuid().notNull(),
    actor: actorRef().notNull(),
    correlationId: text().notNull(),
    /** The number of the event that led to it, where another request or the worker acted because of that one. */
    causeSeq: bigint({ mode: "number" }),
    data: jsonb().$type<Record<string, unknown>>().notNull(),
    occurredAt: timestamp({ withTimezone: true, precision: 3, mode: "date" }).notNull(),
    hash: bytes().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.seq] }),
    /** The feed of a team, and the seq before a given one on its channel. */
    index("events_team").on(table.orgId, table.teamId, table.seq),
    /** The audit: the newest of each kind of what is not work. Work, which is nearly all there is, pays nothing for it. */
    index("events_audit")
      .on(table.orgId, sql`split_part(type, '.', 1)`, table.seq)
      .where(sql`split_part(type, '.', 1) not in ('task', 'message', 'review', 'merge', 'gate')`),
    /** The timeline of a task. */
    index("events_task").on(table.orgId, table.taskId, table.seq),
    /** Everything that one request caused. */
    index("events_correlation").on(table.orgId, table.correlationId, table.seq),
  ],
);

/** The last number and hash of each organization's log. Locked only at the end of a transaction. */
export const eventHeads = snakeCase.table("event_heads", {
  orgId: orgId().primaryKey(),
  seq: bigint({ mode: "number" }).notNull(),
  hash: bytes().notNull(),
});

/** How far the relay has pushed each organization's log to the realtime host. */
export const relayCursors = snakeCase.table("relay_cursors", {
  orgId: orgId().primaryKey(),
  seq: bigint({ mode: "number" }).notNull(),
});

/** Signs of life of worker processes, for `/readyz`. Belongs to no tenant. */
export const workerBeats = snakeCase.table("worker_beats", {
  id: text().primaryKey(),
  startedAt: createdAt(),
  beatAt: moment().notNull(),
});
