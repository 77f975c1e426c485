import { sql } from "drizzle-orm";
import { foreignKey, integer, primaryKey, snakeCase, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, moment, orgId } from "../columns.ts";
import { mergeStrategies, repoSources, repoStatuses } from "../enums.ts";
import { teams } from "./organizations.ts";

/** A git repository of a team. The server keeps a bare copy on disk, under its id. */
export const repos = snakeCase.table(
  "repos",
  {
    orgId: orgId(),
    id: id(),
    teamId: uuid().notNull(),
    name: text().notNull(),
    /** Stands in the git URL: `/api/git/<org>/<slug>.git`. */
    slug: text().notNull(),
    source: text({ enum: repoSources }).notNull(),
    /** Where it came from and goes back to; null when hosted here. */
    sourceUrl: text(),
    credentialId: uuid(),
    defaultBranch: text().notNull(),
    /** The command that must exit 0 on a tree before the default branch may move to it. Empty: any tree passes. */
    gateCommand: text().notNull(),
    gateTimeoutSeconds: integer().notNull(),
    mergeStrategy: text({ enum: mergeStrategies }).notNull(),
    /** Of the working copies that sessions get of it. Empty: nothing runs. */
    setupScript: text().notNull().default(""),
    /** What the set-up may reach, normalised: `registry.npmjs.org`, `*.example.org`, `packages.example.org:8443`. */
    setupHosts: text().array().notNull().default(sql`'{}'`),
    turnCheck: text().notNull().default(""),
    commitCheck: text().notNull().default(""),
    status: text({ enum: repoStatuses }).notNull(),
    error: text(),
    headCommit: text(),
    createdAt: createdAt(),
    archivedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    uniqueIndex("repos_slug").on(table.orgId, table.slug),
    foreignKey({ columns: [table.orgId, table.teamId], foreignColumns: [teams.orgId, teams.id] }),
  ],
);
