import { sql } from "drizzle-orm";
import { foreignKey, index, integer, primaryKey, snakeCase, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { actorRef, createdAt, id, moment, orgId } from "../columns.ts";
import { workspaces } from "./workspaces.ts";

/** A shell in a sandbox of a workspace. Operational: the shell itself lives in a worker, and what it printed with it. */
export const terminals = snakeCase.table(
  "terminals",
  {
    orgId: orgId(),
    id: id(),
    workspaceId: uuid().notNull(),
    /** The session in whose sandbox it runs; null: in one of the workspace's own. */
    sessionId: uuid(),
    name: text().notNull(),
    rows: integer().notNull(),
    cols: integer().notNull(),
    exitCode: integer(),
    createdBy: actorRef().notNull(),
    createdAt: createdAt(),
    endedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.workspaceId], foreignColumns: [workspaces.orgId, workspaces.id] }),
    /** The open ones of a workspace. */
    index("terminals_open").on(table.orgId, table.workspaceId).where(sql`ended_at is null`),
  ],
);

/**
 * What opens a terminal or a preview once: tickets live for a minute; the grant of a preview, made for one, as long as
 * its cookie. The hash alone is kept. Whoever holds it is resolved anew at each use.
 */
export const workspaceTickets = snakeCase.table(
  "workspace_tickets",
  {
    orgId: orgId(),
    id: id(),
    hash: text().notNull(),
    kind: text({ enum: ["terminal", "preview", "preview_grant"] }).notNull(),
    workspaceId: uuid().notNull(),
    terminalId: uuid(),
    sessionId: uuid(),
    port: integer(),
    actorId: text().notNull(),
    keyId: uuid(),
    signInId: uuid(),
    familyId: uuid(),
    createdAt: createdAt(),
    expiresAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.workspaceId], foreignColumns: [workspaces.orgId, workspaces.id] }),
    /** By what somebody brings, before it is known whose it is. */
    uniqueIndex("workspace_tickets_hash").on(table.hash),
    /** What is over is swept. */
    index("workspace_tickets_expiry").on(table.expiresAt),
  ],
);
