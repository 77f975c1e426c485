import { sql } from "drizzle-orm";
import { bigint, foreignKey, jsonb, primaryKey, snakeCase, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, orgId } from "../columns.ts";
import { sessions } from "./sessions.ts";

/**
 * What an agent keeps of its own conversation, as it wrote it: with it another worker, or another sandbox, takes the
 * conversation up. Operational, and gone with the session.
 */
export const agentTranscripts = snakeCase.table(
  "agent_transcripts",
  {
    orgId: orgId(),
    sessionId: uuid().notNull(),
    number: bigint({ mode: "number" }).generatedAlwaysAsIdentity(),
    /** Which of the agent's own files it is of: the conversation and, if any, the helper it started. */
    file: text().notNull(),
    /** The agent's own name for the entry: one that comes twice counts once. */
    entryId: text(),
    entry: jsonb().notNull(),
    at: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.sessionId, table.number] }),
    foreignKey({ columns: [table.orgId, table.sessionId], foreignColumns: [sessions.orgId, sessions.id] }),
    uniqueIndex("agent_transcripts_entry")
      .on(table.orgId, table.sessionId, table.file, table.entryId)
      .where(sql`entry_id is not null`),
  ],
);
