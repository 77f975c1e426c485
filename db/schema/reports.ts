import { sql } from "drizzle-orm";
import { boolean, foreignKey, index, integer, primaryKey, snakeCase, text, uuid } from "drizzle-orm/pg-core";
import { actorRef, bytes, createdAt, id, moment, orgId } from "../columns.ts";
import { reportKinds } from "../enums.ts";
import { teams } from "./organizations.ts";

/** A file that a session or task leaves for people to read. */
export const reports = snakeCase.table(
  "reports",
  {
    orgId: orgId(),
    id: id(),
    teamId: uuid().notNull(),
    sessionId: uuid(),
    taskId: uuid(),
    name: text().notNull(),
    kind: text({ enum: reportKinds }).notNull(),
    size: integer().notNull(),
    sha256: text().notNull(),
    /** Everybody of the organization may read it, not its team alone. */
    isShared: boolean().notNull(),
    createdBy: actorRef().notNull(),
    createdAt: createdAt(),
    removedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.teamId], foreignColumns: [teams.orgId, teams.id] }),
    /** The newest of an organization; of a team by a filter on these. */
    index("reports_newest").on(table.orgId, table.id).where(sql`removed_at is null`),
  ],
);

/** What a report holds. Not part of the fold: it is gone with the report, and its SHA-256 stays in the event. */
export const reportContents = snakeCase.table(
  "report_contents",
  {
    orgId: orgId(),
    reportId: uuid().notNull(),
    data: bytes().notNull(),
    /** The beginning of what can be read, for the search. */
    excerpt: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.reportId] })],
);
