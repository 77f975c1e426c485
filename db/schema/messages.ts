import { sql } from "drizzle-orm";
import { bigint, foreignKey, index, integer, primaryKey, snakeCase, text, uuid } from "drizzle-orm/pg-core";
import { actorRef, createdAt, id, moment, orgId } from "../columns.ts";

/** From one agent or person to others, optionally about a task; a comment is a message about a task. */
export const messages = snakeCase.table(
  "messages",
  {
    orgId: orgId(),
    id: id(),
    teamId: uuid().notNull(),
    taskId: uuid(),
    /** The message that began the thread this one stands in; null begins one. */
    threadId: uuid(),
    sender: actorRef().notNull(),
    body: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    /** The conversation on a task page. */
    index("messages_task").on(table.orgId, table.taskId, table.createdAt),
    /** Conversations of a team that are about no task. */
    index("messages_direct").on(table.orgId, table.teamId, table.createdAt).where(sql`task_id is null`),
  ],
);

/** Whom a message is for, and how far it got with each: a fold of `message.*` events. */
export const messageReceipts = snakeCase.table(
  "message_receipts",
  {
    orgId: orgId(),
    messageId: uuid().notNull(),
    recipientId: uuid().notNull(),
    recipientKind: text({ enum: ["agent", "user"] }).notNull(),
    taskId: uuid(),
    createdAt: createdAt(),
    /** It was handed to the agent's process, or shown. */
    deliveredAt: moment(),
    seenAt: moment(),
    /** The recipient is done with it: an agent is not given it again. */
    processedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.messageId, table.recipientId] }),
    foreignKey({ columns: [table.orgId, table.messageId], foreignColumns: [messages.orgId, messages.id] }),
    /** An inbox, newest first, by keyset. */
    index("message_receipts_inbox").on(table.orgId, table.recipientId, table.createdAt),
    /** What somebody has not seen yet. */
    index("message_receipts_unseen").on(table.orgId, table.recipientId, table.taskId).where(sql`seen_at is null`),
  ],
);

/**
 * When an agent is given a message next, by database time, until it is processed. Operational: an agent that died with a
 * message gets it again, one that never says that it is done with it gets it ever more rarely.
 */
export const messageClocks = snakeCase.table(
  "message_clocks",
  {
    orgId: orgId(),
    agentId: uuid().notNull(),
    messageId: uuid().notNull(),
    deliveries: integer().notNull(),
    /** The log's last number when it was sent: the event of it stands a little above. */
    sentAfterSeq: bigint({ mode: "number" }).notNull().default(0),
    dueAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.agentId, table.messageId] }),
    /** Is there anything to give these agents now? */
    index("message_clocks_due").on(table.orgId, table.agentId, table.dueAt),
  ],
);
