import { sql } from "drizzle-orm";
import { boolean, jsonb, primaryKey, snakeCase, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { actorRef, createdAt, id, moment, orgId, words } from "../columns.ts";
import { resourceStatuses } from "../enums.ts";

/** A server of the Model Context Protocol whose tools the organization's models may use. */
export const mcpServers = snakeCase.table(
  "mcp_servers",
  {
    orgId: orgId(),
    id: id(),
    /** Stands in the names of its tools: `mcp__<name>__<tool>`. */
    name: text().notNull(),
    transport: text({ enum: ["http", "stdio"] }).notNull(),
    url: text(),
    command: text(),
    args: words(),
    /** Names of the headers or variables whose values stand in `mcp_server_secrets`. */
    secretNames: words(),
    enabled: boolean().notNull(),
    /** Hashes of the descriptions of tools that a person accepted, by name: one that changed is not offered. */
    accepted: jsonb().$type<Record<string, string>>().notNull(),
    /** The agents and sessions its tools are for; null: all of the organization. */
    offeredTo: jsonb().$type<{ agentIds: string[]; sessionIds: string[] }>(),
    createdBy: actorRef().notNull(),
    createdAt: createdAt(),
    removedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    uniqueIndex("mcp_servers_name").on(table.orgId, table.name).where(sql`removed_at is null`),
  ],
);

/** Values of headers or variables as JSON, sealed by the key ring. Never in an event. */
export const mcpServerSecrets = snakeCase.table(
  "mcp_server_secrets",
  { orgId: orgId(), serverId: uuid().notNull(), sealed: text().notNull() },
  (table) => [primaryKey({ columns: [table.orgId, table.serverId] })],
);

/** What a server said when it was last asked. Operational. */
export const mcpServerStates = snakeCase.table(
  "mcp_server_states",
  {
    orgId: orgId(),
    serverId: uuid().notNull(),
    status: text({ enum: resourceStatuses }).notNull(),
    detail: text().notNull(),
    tools: jsonb()
      .$type<
        { name: string; description: string; parameters: Record<string, unknown>; isReadOnly: boolean; hash: string }[]
      >()
      .notNull(),
    checkedAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.serverId] })],
);

/** Servers that are to be asked now, not only with the next round. Operational. */
export const mcpServerChecks = snakeCase.table(
  "mcp_server_checks",
  { orgId: orgId(), serverId: uuid().notNull(), requestedAt: createdAt() },
  (table) => [primaryKey({ columns: [table.orgId, table.serverId] })],
);
