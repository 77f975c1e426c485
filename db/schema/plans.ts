import { foreignKey, index, integer, jsonb, primaryKey, snakeCase, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { actorRef, createdAt, id, moment, orgId } from "../columns.ts";
import { executionModes, planSources, planStatuses, planVersionStatuses, rigors } from "../enums.ts";
import { teams } from "./organizations.ts";
import { repos } from "./repos.ts";

/** From requirements to finished work: what was asked, and where it stands. What is to be done for it is in its versions. */
export const plans = snakeCase.table(
  "plans",
  {
    orgId: orgId(),
    id: id(),
    /** What people say: plan 3. */
    number: integer().notNull(),
    teamId: uuid().notNull(),
    repoId: uuid(),
    title: text().notNull(),
    requirements: text().notNull(),
    /** Files that belong to the requirements. */
    files: jsonb().$type<{ name: string; text: string }[]>().notNull(),
    status: text({ enum: planStatuses }).notNull(),
    rigor: text({ enum: rigors }).notNull(),
    mode: text({ enum: executionModes }).notNull(),
    /** Seconds that an external agent holds one of its tasks without a sign of life; null: as the team says. */
    claimSeconds: integer(),
    latestVersion: integer().notNull(),
    approvedVersion: integer(),
    /** Why it stands where it stands: what can never start, who cancelled it. */
    reason: text(),
    clonedFromId: uuid(),
    createdBy: actorRef().notNull(),
    createdAt: createdAt(),
    updatedAt: moment().notNull(),
    statusChangedAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    uniqueIndex("plans_number").on(table.orgId, table.number),
    foreignKey({ columns: [table.orgId, table.teamId], foreignColumns: [teams.orgId, teams.id] }),
    foreignKey({ columns: [table.orgId, table.repoId], foreignColumns: [repos.orgId, repos.id] }),
    /** The list of a team, newest first. */
    index("plans_team").on(table.orgId, table.teamId, table.number.desc()),
    /** Those whose end is looked for. */
    index("plans_status").on(table.status),
  ],
);

/** What a plan says is to be done. Only the newest one is a draft; the approved one became tasks. */
export const planVersions = snakeCase.table(
  "plan_versions",
  {
    orgId: orgId(),
    planId: uuid().notNull(),
    version: integer().notNull(),
    status: text({ enum: planVersionStatuses }).notNull(),
    /** The plan JSON: `PlanDocument` of `server/plans/document.ts`. */
    document: jsonb().notNull(),
    source: text({ enum: planSources }).notNull(),
    /** The model or template that wrote it. */
    writtenWith: text(),
    createdBy: actorRef().notNull(),
    createdAt: createdAt(),
    updatedAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.planId, table.version] }),
    foreignKey({ columns: [table.orgId, table.planId], foreignColumns: [plans.orgId, plans.id] }),
  ],
);

/** The last request to have a plan written by a model: the worker's job, not an event. */
export const planWritings = snakeCase.table(
  "plan_writings",
  {
    orgId: orgId(),
    planId: uuid().notNull(),
    requestedAt: createdAt(),
    requestedBy: actorRef().notNull(),
    /** What the writer should do differently this time. */
    instruction: text().notNull(),
    /** A tier or model chosen for this once. */
    model: text(),
    startedAt: moment(),
    /** The writer's last sign of life: one that died is followed by another. */
    beatAt: moment(),
    cancelledAt: moment(),
    finishedAt: moment(),
    /** What it does now, for whoever watches. */
    progress: text().notNull(),
    /** Why there is no plan, with the places that are wrong. */
    error: text(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.planId] }),
    foreignKey({ columns: [table.orgId, table.planId], foreignColumns: [plans.orgId, plans.id] }),
    /** The writer's queue. */
    index("plan_writings_due").on(table.requestedAt),
  ],
);
