import { sql } from "drizzle-orm";
import {
  bigint,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  snakeCase,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { actorRef, bytes, createdAt, id, moment, orgId } from "../columns.ts";
import { sessionMessageStatuses } from "../enums.ts";
import { sessions } from "./sessions.ts";

/** What was said and done in a session, piece by piece in its order. Operational: it goes with the session. */
export const sessionChunks = snakeCase.table(
  "session_chunks",
  {
    orgId: orgId(),
    sessionId: uuid().notNull(),
    /** From 1, without a gap. */
    seq: bigint({ mode: "number" }).notNull(),
    turn: integer().notNull(),
    kind: text().notNull(),
    data: jsonb().notNull(),
    at: createdAt(),
  },
  // No foreign key: what an agent says would wait for whoever books what it spends.
  (table) => [primaryKey({ columns: [table.orgId, table.sessionId, table.seq] })],
);

/** What people say to the agent of a session, until it has answered. */
export const sessionMessages = snakeCase.table(
  "session_messages",
  {
    orgId: orgId(),
    id: id(),
    sessionId: uuid().notNull(),
    text: text().notNull(),
    by: actorRef().notNull(),
    attachmentIds: uuid().array().notNull(),
    status: text({ enum: sessionMessageStatuses }).notNull(),
    /** The turn that answers it. */
    turn: integer(),
    /** How often an answer was begun: one that ends its worker again and again is given up. */
    tries: integer().notNull().default(0),
    /** The trace of the request that said it, where traces are exported: its turn is found below it. */
    traceparent: text(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.sessionId], foreignColumns: [sessions.orgId, sessions.id] }),
    /** The next one to be answered. */
    index("session_messages_open")
      .on(table.orgId, table.sessionId, table.id)
      .where(sql`status in ('queued', 'running')`),
  ],
);

/** Which worker drives a session now, and what it is asked to do besides what the session's status says. */
export const sessionRuns = snakeCase.table(
  "session_runs",
  {
    orgId: orgId(),
    sessionId: uuid().notNull(),
    /** A worker's own id; each taking up is a new one, and only its holder writes. */
    holder: uuid(),
    heldUntil: moment(),
    /** The turn that somebody wants to end. */
    cancelTurn: integer(),
    /** Of the run token: valid as long as the session is held. */
    tokenHash: text(),
    /** The lease its agent works under, or worked under last: what its token may write to. */
    leaseId: uuid(),
    /** The review that it is begun for: its agent judges this one, and its token writes nothing else. */
    reviewId: uuid(),
    /** How often the agent ended its turn under this lease without handing the task over. */
    nudges: integer().notNull().default(0),
    /** How many turns in a row failed. */
    faults: integer().notNull().default(0),
    /** How the last turn ended, by the agent's word; null: none did. */
    stopReason: text(),
    /** Why the last turn failed: a code of ours and words for people; null: it did not. */
    failureCode: text(),
    failure: text(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.sessionId] }),
    foreignKey({ columns: [table.orgId, table.sessionId], foreignColumns: [sessions.orgId, sessions.id] }),
    /** Whose token it is. */
    uniqueIndex("session_runs_token").on(table.tokenHash).where(sql`token_hash is not null`),
    /** The one session on a review. */
    uniqueIndex("session_runs_review").on(table.orgId, table.reviewId).where(sql`review_id is not null`),
    /** Who works under a lease. */
    index("session_runs_lease").on(table.orgId, table.leaseId).where(sql`lease_id is not null`),
  ],
);

/** Files that people add to what they say. */
export const sessionAttachments = snakeCase.table(
  "session_attachments",
  {
    orgId: orgId(),
    id: id(),
    sessionId: uuid().notNull(),
    name: text().notNull(),
    mimeType: text().notNull(),
    size: integer().notNull(),
    data: bytes().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.sessionId], foreignColumns: [sessions.orgId, sessions.id] }),
    /** Those of one session. */
    index("session_attachments_session").on(table.orgId, table.sessionId),
  ],
);
