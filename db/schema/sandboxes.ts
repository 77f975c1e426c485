import {
  bigint,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  real,
  snakeCase,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { id, moment, orgId } from "../columns.ts";
import { sandboxEndings, sandboxProviders, sandboxStatuses } from "../enums.ts";
import { teams } from "./organizations.ts";

/**
 * Sandboxes there are, as the worker beside them saw them last. Operational: what really runs is the truth. The id is that
 * of the session or workspace it was made for.
 */
export const sandboxes = snakeCase.table(
  "sandboxes",
  {
    orgId: orgId(),
    id: id(),
    /** The machine and data folder whose workers look after it. */
    place: text().notNull(),
    host: text().notNull(),
    provider: text({ enum: sandboxProviders }).notNull(),
    status: text({ enum: sandboxStatuses }).notNull(),
    /** Why it ended unasked, in words. */
    reason: text(),
    memoryBytes: bigint({ mode: "number" }),
    processes: integer(),
    /** Since it was started. */
    cpuSeconds: real(),
    memoryLimitMb: integer().notNull(),
    cpuLimit: real().notNull(),
    processLimit: integer().notNull(),
    diskLimitMb: integer().notNull(),
    /** What somebody asked its worker for. */
    asked: text({ enum: sandboxEndings }),
    /** When the status became what it is. */
    since: moment().notNull(),
    seenAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] }), index("sandboxes_place").on(table.place)],
);

/**
 * Folders that set-ups and sessions of one repository (or, without one, of a team) keep packages in, as the worker beside
 * them measured them. Operational.
 */
export const caches = snakeCase.table(
  "caches",
  {
    orgId: orgId(),
    /** The repository's id, or the team's. */
    id: id(),
    place: text().notNull(),
    teamId: uuid().notNull(),
    repoId: uuid(),
    /** Bytes by tool: `npm`, `pip` … */
    tools: jsonb().$type<Record<string, number>>().notNull(),
    files: integer().notNull(),
    measuredAt: moment().notNull(),
    /** Somebody wants it emptied. */
    clearAskedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id, table.place] }),
    foreignKey({ columns: [table.orgId, table.teamId], foreignColumns: [teams.orgId, teams.id] }),
  ],
);
