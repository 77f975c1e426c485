import { foreignKey, integer, primaryKey, snakeCase, text, uuid } from "drizzle-orm/pg-core";
import { actorRef, createdAt, orgId } from "../columns.ts";
import { tasks } from "./tasks.ts";

/** What whoever works on a task leaves for the next one: markdown, in versions, of which the newest count. */
export const taskContexts = snakeCase.table(
  "task_contexts",
  {
    orgId: orgId(),
    taskId: uuid().notNull(),
    version: integer().notNull(),
    body: text().notNull(),
    savedBy: actorRef().notNull(),
    savedAt: createdAt(),
  },
  (table) => [
    /** The newest version of a task's context is the last of its key. */
    primaryKey({ columns: [table.orgId, table.taskId, table.version] }),
    foreignKey({ columns: [table.orgId, table.taskId], foreignColumns: [tasks.orgId, tasks.id] }),
  ],
);

/** Where a task is worked on, outside of this server: the branch somebody made a worktree for, and where it began. */
export const worktrees = snakeCase.table(
  "worktrees",
  {
    orgId: orgId(),
    taskId: uuid().notNull(),
    repoId: uuid().notNull(),
    branch: text().notNull(),
    baseCommit: text().notNull(),
    createdBy: actorRef().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.taskId] }),
    foreignKey({ columns: [table.orgId, table.taskId], foreignColumns: [tasks.orgId, tasks.id] }),
  ],
);
