import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  primaryKey,
  snakeCase,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, moment, orgId } from "../columns.ts";
import { livingSessionStatuses, sessionStatuses } from "../enums.ts";
import { agents, teams } from "./organizations.ts";
import { tasks } from "./tasks.ts";

const micros = () => bigint({ mode: "number" }).notNull();
const tokens = () => bigint({ mode: "number" }).notNull();

/** For SQL, `s.status in ${livingStatuses}`: as literals, so that the plan knows them. */
export const livingStatuses = sql.raw(`(${livingSessionStatuses.map((status) => `'${status}'`).join(", ")})`);

/** One conversation with an agent (or of a person with a model), with what it used so far. */
export const sessions = snakeCase.table(
  "sessions",
  {
    orgId: orgId(),
    id: id(),
    teamId: uuid().notNull(),
    agentId: uuid(),
    userId: uuid(),
    planId: uuid(),
    taskId: uuid(),
    name: text().notNull(),
    /** The model it said it works with; each usage record names its own. */
    model: text(),
    status: text({ enum: sessionStatuses }).notNull(),
    /** The agent that we drive (`claude`, `entourage`); null: whoever began it only reports what it uses. */
    agentKind: text(),
    /** How much the agent may do unasked, by its own names; null: its default. */
    mode: text(),
    workspaceId: uuid(),
    sandboxId: uuid(),
    /** The agent's own id of the conversation, by which it takes it up again. */
    externalId: text(),
    /** The session it was forked from. */
    parentId: uuid(),
    /** How many turns have begun. */
    turns: integer().notNull().default(0),
    /** Why it stands where it stands. */
    statusReason: text(),
    inputTokens: tokens(),
    outputTokens: tokens(),
    cacheReadTokens: tokens(),
    cacheWriteTokens: tokens(),
    costMicros: micros(),
    calls: integer().notNull(),
    startedAt: createdAt(),
    lastUsedAt: moment(),
    endedAt: moment(),
    endReason: text(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.teamId], foreignColumns: [teams.orgId, teams.id] }),
    foreignKey({ columns: [table.orgId, table.agentId], foreignColumns: [agents.orgId, agents.id] }),
    foreignKey({ columns: [table.orgId, table.taskId], foreignColumns: [tasks.orgId, tasks.id] }),
    /** A task's page. */
    index("sessions_task").on(table.orgId, table.taskId, table.startedAt),
    /** A team's costs, newest session first. */
    index("sessions_team").on(table.orgId, table.teamId, table.startedAt),
    /** Those that a worker may have to do something for. */
    index("sessions_driven")
      .on(table.status)
      .where(
        sql`agent_kind is not null and status in ('initializing', 'ready', 'running', 'waiting', 'paused', 'removing')`,
      ),
    /** Who works in a workspace. */
    index("sessions_workspace").on(table.orgId, table.workspaceId).where(sql`workspace_id is not null`),
  ],
);

/** What calls of models cost: facts, never changed. A fold of `usage.recorded`. */
export const usageRecords = snakeCase.table(
  "usage_records",
  {
    orgId: orgId(),
    id: id(),
    sessionId: uuid().notNull(),
    teamId: uuid().notNull(),
    agentId: uuid(),
    userId: uuid(),
    planId: uuid(),
    taskId: uuid(),
    provider: text().notNull(),
    model: text().notNull(),
    inputTokens: tokens(),
    outputTokens: tokens(),
    cacheReadTokens: tokens(),
    cacheWriteTokens: tokens(),
    costMicros: micros(),
    /** The part of the cost that no cap had room for: it was spent all the same, and no ledger counts it. */
    uncoveredMicros: micros(),
    /** Paid with the person's own key: of the budgets only the session's counts it. */
    ownKey: boolean().notNull().default(false),
    /** Nobody knows what was used, since whoever made the call died: booked at the most it could cost. */
    estimated: boolean().notNull().default(false),
    /** The reporter's own name for it, so that a report that comes twice counts once. */
    key: text(),
    /** The moment its money was set aside: the day and month it counts in. */
    bookedAt: createdAt(),
    recordedAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.sessionId], foreignColumns: [sessions.orgId, sessions.id] }),
    uniqueIndex("usage_records_key").on(table.orgId, table.sessionId, table.key).where(sql`key is not null`),
    /** Costs of a period; what a budget that is set now has spent already. */
    index("usage_records_period").on(table.orgId, table.bookedAt),
    index("usage_records_team").on(table.orgId, table.teamId, table.bookedAt),
    index("usage_records_agent").on(table.orgId, table.agentId, table.bookedAt),
  ],
);

/** What a task has cost so far: read with every card. A fold of `usage.recorded`. */
export const taskCosts = snakeCase.table(
  "task_costs",
  { orgId: orgId(), taskId: uuid().notNull(), tokens: tokens(), costMicros: micros() },
  // No foreign key: it would have a spender wait for whoever holds the task while all others wait for the spender.
  (table) => [primaryKey({ columns: [table.orgId, table.taskId] })],
);
