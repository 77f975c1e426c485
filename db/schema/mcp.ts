import { index, integer, jsonb, primaryKey, snakeCase, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, moment, orgId } from "../columns.ts";
import { mcpTaskStatuses } from "../enums.ts";

/**
 * Calls of agents that became tasks of the protocol (extension `io.modelcontextprotocol/tasks`). What was decided and what
 * came of it stands here, so that any process answers for it and none has to live for it. Operational: not events.
 */
export const mcpTasks = snakeCase.table(
  "mcp_tasks",
  {
    orgId: orgId(),
    id: id(),
    /** Whose it is: the actor and the key it came with; nobody else learns that it exists. */
    principal: text().notNull(),
    tool: text().notNull(),
    input: jsonb().$type<Record<string, unknown>>().notNull(),
    /** What the tool decided in the transaction that made this row; all that looking again needs. */
    decided: jsonb().$type<unknown>(),
    status: text({ enum: mcpTaskStatuses }).notNull(),
    /** Answers of the client to what the task asked of it, by the names it asked under. */
    responses: jsonb().$type<Record<string, unknown>>().notNull(),
    /** `CallToolResult` when completed, an error of JSON-RPC when failed. */
    outcome: jsonb().$type<Record<string, unknown>>(),
    ttlMs: integer().notNull(),
    createdAt: createdAt(),
    updatedAt: moment().notNull(),
    expiresAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    /** What outlived its time, for the trim. */
    index("mcp_tasks_expired").on(table.expiresAt),
  ],
);

/** Sealed states of `input_required` that came back: each opens once. Operational. */
export const mcpUsedStates = snakeCase.table(
  "mcp_used_states",
  { orgId: orgId(), id: uuid().notNull(), usedAt: createdAt() },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);
