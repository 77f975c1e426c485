import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  smallint,
  snakeCase,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { actorRef, createdAt, id, moment, orgId, words } from "../columns.ts";
import {
  complexities,
  leaseEnds,
  priorities,
  rigors,
  taskStatuses,
  taskTypes,
  type WebhookProvider,
} from "../enums.ts";
import { agents, teams } from "./organizations.ts";
import { plans } from "./plans.ts";
import { repos } from "./repos.ts";

/** The current state of each task. What happened to it is in `events`. */
export const tasks = snakeCase.table(
  "tasks",
  {
    orgId: orgId(),
    id: id(),
    /** `#12`: what people say. */
    number: integer().notNull(),
    teamId: uuid().notNull(),
    repoId: uuid(),
    title: text().notNull(),
    description: text().notNull(),
    type: text({ enum: taskTypes }).notNull(),
    priority: text({ enum: priorities }).notNull(),
    /** 0 rework, 1 critical … 4 low: the first column of dispatch order. Derived from priority and rework. */
    queueRank: smallint().notNull(),
    status: text({ enum: taskStatuses }).notNull(),
    assigneeKind: text({ enum: ["agent", "user"] }),
    assigneeId: uuid(),
    /** Somebody chose the assignee. An assignee that only came by claiming is forgotten when the task is free again. */
    pinned: boolean().notNull(),
    tags: words(),
    branch: text().notNull(),
    /** Predecessors that are not done. 0 and `todo` is ready, so *ready* is an index scan. */
    openDependencies: integer().notNull(),
    dependencies: integer().notNull(),
    /** The last commit pushed to the branch. */
    headCommit: text(),
    /** How often it was sent back. */
    rework: integer().notNull(),
    createdBy: actorRef().notNull(),
    /** Where it came from, when a webhook brought it. */
    origin: jsonb().$type<{ provider: WebhookProvider; url: string | null; externalId: string }>(),
    /** Its text was written outside, by whoever could write there. */
    tainted: boolean().notNull().default(false),
    /** The plan it was approved with, and its name there. */
    planId: uuid(),
    planKey: text(),
    complexity: text({ enum: complexities }).notNull().default("medium"),
    /** What must be true when it is done; checked before it is. */
    acceptanceCriteria: words().default(sql`'{}'`),
    /** Files and folders that it will change. */
    touches: words().default(sql`'{}'`),
    estimateMinutes: integer(),
    estimateTokens: bigint({ mode: "number" }),
    estimateCostMicros: bigint({ mode: "number" }),
    /** The tier of model that it goes to whatever the routing table says. */
    modelTier: text(),
    /** The only tools it may use; null: all that its agent may. */
    allowedTools: text().array(),
    rigor: text({ enum: rigors }),
    /** Its longest chain of work downstream with its own, in estimated minutes: what is longest goes first. */
    pathMinutes: integer().notNull().default(30),
    createdAt: createdAt(),
    updatedAt: moment().notNull(),
    statusChangedAt: moment().notNull(),
    archivedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    uniqueIndex("tasks_number").on(table.orgId, table.number),
    foreignKey({ columns: [table.orgId, table.teamId], foreignColumns: [teams.orgId, teams.id] }),
    foreignKey({ columns: [table.orgId, table.repoId], foreignColumns: [repos.orgId, repos.id] }),
    foreignKey({ columns: [table.orgId, table.planId], foreignColumns: [plans.orgId, plans.id] }),
    /** The tasks of a plan. */
    index("tasks_plan").on(table.orgId, table.planId).where(sql`plan_id is not null`),
    /** The dispatcher's pick: the best ready task of a team for one assignee or none. */
    index("tasks_ready")
      .on(table.orgId, table.teamId, table.assigneeId, table.queueRank, table.pathMinutes.desc(), table.number)
      .where(sql`status = 'todo' and open_dependencies = 0 and archived_at is null`),
    /** Rework that its agent does not come back for, to be offered to others. */
    index("tasks_waiting_for_assignee")
      .on(table.statusChangedAt)
      .where(sql`status = 'todo' and assignee_id is not null and not pinned and archived_at is null`),
    /** The board: one column of a team, newest change first; the list by status. */
    index("tasks_board")
      .on(table.orgId, table.teamId, table.status, table.number.desc())
      .where(sql`archived_at is null`),
    /** What was finished lately and is to be read for what can be learned from it. */
    index("tasks_finished").on(table.statusChangedAt).where(sql`status = 'done'`),
    /** The list: a page by keyset. */
    index("tasks_list").on(table.orgId, table.teamId, table.number.desc()),
  ],
);

/** What a task brought forth besides commits: a text or JSON that those after it read. */
export const taskOutputs = snakeCase.table(
  "task_outputs",
  {
    orgId: orgId(),
    taskId: uuid().notNull(),
    output: text().notNull(),
    storedBy: actorRef().notNull(),
    storedAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.taskId] }),
    foreignKey({ columns: [table.orgId, table.taskId], foreignColumns: [tasks.orgId, tasks.id] }),
  ],
);

/** The DAG: `taskId` waits for `dependsOnId`. One unpartitioned table, indexed both ways. */
export const taskDependencies = snakeCase.table(
  "task_dependencies",
  { orgId: orgId(), taskId: uuid().notNull(), dependsOnId: uuid().notNull() },
  (table) => [
    primaryKey({ columns: [table.orgId, table.taskId, table.dependsOnId] }),
    /** Releasing dependents when a task is done. */
    index("task_dependencies_dependents").on(table.orgId, table.dependsOnId, table.taskId),
    foreignKey({ columns: [table.orgId, table.taskId], foreignColumns: [tasks.orgId, tasks.id] }),
    foreignKey({ columns: [table.orgId, table.dependsOnId], foreignColumns: [tasks.orgId, tasks.id] }),
  ],
);

/** The live claim of one agent (or person) on one task. History stays: the rows prove that no two ever overlapped. */
export const leases = snakeCase.table(
  "leases",
  {
    orgId: orgId(),
    id: id(),
    taskId: uuid().notNull(),
    teamId: uuid().notNull(),
    agentId: uuid(),
    userId: uuid(),
    /** Which of the agent's slots it fills. */
    slot: integer(),
    /** Strictly increasing per task: a write that carries an older one is refused. */
    fence: bigint({ mode: "number" }).notNull(),
    startedAt: createdAt(),
    endedAt: moment(),
    endReason: text({ enum: leaseEnds }),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    /** Never two agents on one task. */
    uniqueIndex("leases_live_task").on(table.orgId, table.taskId).where(sql`ended_at is null`),
    /** Never two tasks in one slot. */
    uniqueIndex("leases_live_slot").on(table.orgId, table.agentId, table.slot).where(sql`ended_at is null`),
    /** Tasks in progress of a team, for its concurrency limit. */
    index("leases_live_team").on(table.orgId, table.teamId).where(sql`ended_at is null`),
    foreignKey({ columns: [table.orgId, table.taskId], foreignColumns: [tasks.orgId, tasks.id] }),
    foreignKey({ columns: [table.orgId, table.agentId], foreignColumns: [agents.orgId, agents.id] }),
  ],
);

/** When a live lease ends unless renewed, by database time. Operational: a heartbeat is not an event. */
export const leaseClocks = snakeCase.table(
  "lease_clocks",
  {
    orgId: orgId(),
    leaseId: uuid().notNull(),
    ttlSeconds: integer().notNull(),
    renewedAt: moment().notNull(),
    /** Null: a person's lease does not run out, and that of a task that waits for an answer stands still. */
    expiresAt: moment(),
    /** Since when it stands still; it starts anew with the answer. */
    parkedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.leaseId] }),
    /** The reaper: which leases ran out? */
    index("lease_clocks_due").on(table.expiresAt),
  ],
);
