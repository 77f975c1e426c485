import { sql } from "drizzle-orm";
import {
  bigint,
  foreignKey,
  index,
  integer,
  primaryKey,
  snakeCase,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { actorRef, createdAt, id, moment, orgId } from "../columns.ts";
import { workspaceSources, workspaceStatuses } from "../enums.ts";
import { teams } from "./organizations.ts";
import { repos } from "./repos.ts";
import { tasks } from "./tasks.ts";

/** A working copy on the server's disk, under its id: where sessions work. A fold of `workspace.…`. */
export const workspaces = snakeCase.table(
  "workspaces",
  {
    orgId: orgId(),
    id: id(),
    teamId: uuid().notNull(),
    /** The team's repository it was cloned from and pushes to; null for an address or a folder. */
    repoId: uuid(),
    /** The task whose work it holds. */
    taskId: uuid(),
    name: text().notNull(),
    source: text({ enum: workspaceSources }).notNull(),
    sourceUrl: text(),
    /** The branch it begins on; people and agents may check out others. */
    branch: text().notNull(),
    /** Where the work began; null until it is there. */
    baseCommit: text(),
    /** Run in a sandbox when it is made. Empty: nothing is. */
    setupScript: text().notNull(),
    status: text({ enum: workspaceStatuses }).notNull(),
    error: text(),
    createdBy: actorRef().notNull(),
    createdAt: createdAt(),
    updatedAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.teamId], foreignColumns: [teams.orgId, teams.id] }),
    foreignKey({ columns: [table.orgId, table.repoId], foreignColumns: [repos.orgId, repos.id] }),
    foreignKey({ columns: [table.orgId, table.taskId], foreignColumns: [tasks.orgId, tasks.id] }),
    /** One for each task. */
    uniqueIndex("workspaces_task")
      .on(table.orgId, table.taskId)
      .where(sql`task_id is not null and status <> 'removed'`),
    /** A team's list, newest first. */
    index("workspaces_team").on(table.orgId, table.teamId, table.createdAt),
    /** What the worker has to make. */
    index("workspaces_waiting").on(table.createdAt).where(sql`status = 'initializing'`),
  ],
);

/** How a workspace is on disk, as the worker saw it: never told by events, and gone with its files. */
export const workspaceDisks = snakeCase.table(
  "workspace_disks",
  {
    orgId: orgId(),
    workspaceId: uuid().notNull(),
    /** What is being done to make it, in words; null when nothing is. */
    step: text(),
    /** The end of what the last set-up printed. */
    setupOutput: text(),
    bytes: bigint({ mode: "number" }),
    files: integer(),
    measuredAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.workspaceId] }),
    foreignKey({ columns: [table.orgId, table.workspaceId], foreignColumns: [workspaces.orgId, workspaces.id] }),
  ],
);
