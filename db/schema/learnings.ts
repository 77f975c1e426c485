import { sql } from "drizzle-orm";
import { foreignKey, index, integer, jsonb, primaryKey, snakeCase, text, uuid } from "drizzle-orm/pg-core";
import { actorRef, createdAt, id, moment, orgId, words } from "../columns.ts";
import { checkpointDecisions, type CriterionState, learningKinds, verificationVerdicts } from "../enums.ts";
import { teams } from "./organizations.ts";
import { repos } from "./repos.ts";
import { tasks } from "./tasks.ts";

/** What was learned on a task and is told to those who work after it. */
export const learnings = snakeCase.table(
  "learnings",
  {
    orgId: orgId(),
    id: id(),
    teamId: uuid().notNull(),
    /** What it is about; null: the whole team's work. */
    repoId: uuid(),
    /** Where it was learned. */
    taskId: uuid(),
    kind: text({ enum: learningKinds }).notNull(),
    body: text().notNull(),
    /** Who put it in words: a person, the agent itself, or what was made of the agent's notes by rules or a model. */
    source: text({ enum: ["person", "agent", "rules", "model"] }).notNull(),
    createdBy: actorRef().notNull(),
    createdAt: createdAt(),
    updatedAt: moment().notNull(),
    removedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.teamId], foreignColumns: [teams.orgId, teams.id] }),
    foreignKey({ columns: [table.orgId, table.repoId], foreignColumns: [repos.orgId, repos.id] }),
    foreignKey({ columns: [table.orgId, table.taskId], foreignColumns: [tasks.orgId, tasks.id] }),
    /** What a team knows, newest first. */
    index("learnings_team").on(table.orgId, table.teamId, table.createdAt.desc()).where(sql`removed_at is null`),
    /** What was learned on a task. */
    index("learnings_task").on(table.orgId, table.taskId).where(sql`removed_at is null`),
  ],
);

/** Tasks whose notes were read for what is to be learned from them: each once. Operational. */
export const learningReadings = snakeCase.table(
  "learning_readings",
  { orgId: orgId(), taskId: uuid().notNull(), readAt: createdAt() },
  (table) => [
    primaryKey({ columns: [table.orgId, table.taskId] }),
    foreignKey({ columns: [table.orgId, table.taskId], foreignColumns: [tasks.orgId, tasks.id] }),
  ],
);

/** What people took out of, and added to, what an agent will see of a task. */
export const taskContextAdjustments = snakeCase.table(
  "task_context_adjustments",
  {
    orgId: orgId(),
    taskId: uuid().notNull(),
    /** Keys of sections. */
    leftOut: words(),
    note: text().notNull(),
    adjustedBy: actorRef().notNull(),
    adjustedAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.taskId] }),
    foreignKey({ columns: [table.orgId, table.taskId], foreignColumns: [tasks.orgId, tasks.id] }),
  ],
);

/** A check of what must be true when a task is done. */
export const verifications = snakeCase.table(
  "verifications",
  {
    orgId: orgId(),
    id: id(),
    taskId: uuid().notNull(),
    teamId: uuid().notNull(),
    /** Counts the checks of the task. */
    round: integer().notNull(),
    verdict: text({ enum: verificationVerdicts }).notNull(),
    checks: jsonb()
      .$type<{ criterion: string; state: CriterionState; how: "command" | "model" | "none"; detail: string }[]>()
      .notNull(),
    /** What whoever goes on is told. */
    feedback: text().notNull(),
    checkedBy: actorRef().notNull(),
    checkedAt: createdAt(),
    /** What people decided after it. Rounds after a decision count anew. */
    decision: text({ enum: checkpointDecisions }),
    decisionNote: text(),
    decidedBy: actorRef(),
    decidedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.teamId], foreignColumns: [teams.orgId, teams.id] }),
    foreignKey({ columns: [table.orgId, table.taskId], foreignColumns: [tasks.orgId, tasks.id] }),
    /** The checks of a task, newest first. */
    index("verifications_task").on(table.orgId, table.taskId, table.round.desc()),
  ],
);
