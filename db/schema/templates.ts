import { sql } from "drizzle-orm";
import {
  boolean,
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
import { actorRef, createdAt, id, moment, orgId } from "../columns.ts";
import { catchUpPolicies, scheduleOutcomes, templateKinds } from "../enums.ts";
import { teams } from "./organizations.ts";

/** A task or a session with places that are filled in when it is made from it. Shared by a team. */
export const templates = snakeCase.table(
  "templates",
  {
    orgId: orgId(),
    id: id(),
    teamId: uuid().notNull(),
    kind: text({ enum: templateKinds }).notNull(),
    name: text().notNull(),
    description: text().notNull(),
    /** What is asked for: name, type, whether it must be given, choices. */
    variables: jsonb().notNull(),
    /** The input of create_task or create_session, with `{{name}}` where a variable goes. */
    body: jsonb().notNull(),
    createdBy: actorRef().notNull(),
    createdAt: createdAt(),
    updatedAt: moment().notNull(),
    removedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.teamId], foreignColumns: [teams.orgId, teams.id] }),
    uniqueIndex("templates_name").on(table.orgId, table.teamId, table.kind, table.name).where(sql`removed_at is null`),
  ],
);

/** When tasks are made from a template, in whose name. */
export const schedules = snakeCase.table(
  "schedules",
  {
    orgId: orgId(),
    id: id(),
    teamId: uuid().notNull(),
    templateId: uuid().notNull(),
    name: text().notNull(),
    /** Five fields, in the time of the zone. */
    cron: text().notNull(),
    timeZone: text().notNull(),
    parameters: jsonb().$type<Record<string, string | number | boolean>>().notNull(),
    catchUp: text({ enum: catchUpPolicies }).notNull(),
    enabled: boolean().notNull(),
    /** Whose rights and quota each run has. */
    ownerId: uuid().notNull(),
    createdAt: createdAt(),
    removedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.templateId], foreignColumns: [templates.orgId, templates.id] }),
  ],
);

/** When a schedule is due next. Operational: it follows from its cron. Who runs it holds the row. */
export const scheduleClocks = snakeCase.table(
  "schedule_clocks",
  { orgId: orgId(), scheduleId: uuid().notNull(), nextAt: moment().notNull() },
  (table) => [
    primaryKey({ columns: [table.orgId, table.scheduleId] }),
    /** The worker: which are due? */
    index("schedule_clocks_due").on(table.nextAt),
  ],
);

/** What became of each due moment: exactly one row, whatever worker came first. */
export const scheduleRuns = snakeCase.table(
  "schedule_runs",
  {
    orgId: orgId(),
    scheduleId: uuid().notNull(),
    dueAt: moment().notNull(),
    outcome: text({ enum: scheduleOutcomes }).notNull(),
    taskId: uuid(),
    /** How many due moments it stands for. */
    stands: integer().notNull(),
    detail: text().notNull(),
    at: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.scheduleId, table.dueAt] })],
);
