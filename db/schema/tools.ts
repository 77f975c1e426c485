import { boolean, foreignKey, index, integer, primaryKey, snakeCase, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, moment, orgId } from "../columns.ts";
import { toolEffects, toolOutcomes } from "../enums.ts";
import { tasks } from "./tasks.ts";

/**
 * What models called, one row a call. The key is what makes a call happen once: the same call of the same attempt finds
 * its row and gets the answer of before. Operational and trimmed; not events.
 */
export const toolCalls = snakeCase.table(
  "tool_calls",
  {
    orgId: orgId(),
    taskId: uuid().notNull(),
    /** Which execution of the task. */
    attempt: integer().notNull(),
    /** The model's id of the call. */
    callId: text().notNull(),
    teamId: uuid().notNull(),
    agentId: uuid().notNull(),
    tool: text().notNull(),
    sideEffect: text({ enum: toolEffects }).notNull(),
    /** SHA-256 of the arguments, hex: they themselves may hold what nobody should read. */
    inputHash: text().notNull(),
    startedAt: createdAt(),
    /** Null while it runs, and for ever when its process died. */
    endedAt: moment(),
    outcome: text({ enum: toolOutcomes }),
    /** What the model was answered. */
    output: text(),
    truncated: boolean().notNull().default(false),
    durationMs: integer(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.taskId, table.attempt, table.callId] }),
    foreignKey({ columns: [table.orgId, table.taskId], foreignColumns: [tasks.orgId, tasks.id] }),
    /** What was called lately, in an organization and for the trim. */
    index("tool_calls_recent").on(table.orgId, table.startedAt.desc()),
  ],
);
