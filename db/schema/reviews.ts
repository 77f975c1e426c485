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
import { diffSides, mergeStatuses, mergeStrategies, verdicts } from "../enums.ts";
import type { ReviewerRef } from "./organizations.ts";
import { repos } from "./repos.ts";
import { tasks } from "./tasks.ts";

/** Attempt n of judging one exact commit of a task. A push to the branch voids it. */
export const reviews = snakeCase.table(
  "reviews",
  {
    orgId: orgId(),
    id: id(),
    taskId: uuid().notNull(),
    teamId: uuid().notNull(),
    attempt: integer().notNull(),
    /** What is judged; null for a task without a repo. */
    commit: text(),
    /** Where the branch left the default branch: the diff is baseCommit..commit. */
    baseCommit: text(),
    author: actorRef().notNull(),
    /** What the author says of the work. */
    summary: text().notNull(),
    /** The reviewer agent it was handed to, and when. */
    reviewerId: uuid(),
    assignedAt: moment(),
    /** Agents that gave it back; it is not handed to them again. */
    declinedBy: uuid().array().notNull().default([]),
    /** Whom the team's rules ask, by the files it changes; empty: any reviewer. */
    asked: jsonb().$type<ReviewerRef[]>().notNull().default([]),
    verdict: text({ enum: verdicts }).notNull(),
    verdictBy: actorRef(),
    verdictText: text(),
    createdAt: createdAt(),
    decidedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.taskId], foreignColumns: [tasks.orgId, tasks.id] }),
    uniqueIndex("reviews_attempt").on(table.orgId, table.taskId, table.attempt),
    /** What waits for a reviewer. */
    index("reviews_pending").on(table.orgId, table.teamId, table.createdAt).where(sql`verdict = 'pending'`),
  ],
);

/** One approval of a review that may need several. A push makes a new attempt, which begins with none. */
export const reviewApprovals = snakeCase.table(
  "review_approvals",
  {
    orgId: orgId(),
    reviewId: uuid().notNull(),
    /** Who approved. */
    actorId: uuid().notNull(),
    by: actorRef().notNull(),
    text: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.reviewId, table.actorId] }),
    foreignKey({ columns: [table.orgId, table.reviewId], foreignColumns: [reviews.orgId, reviews.id] }),
  ],
);

/** A remark anchored to file and line of the reviewed commit. */
export const reviewComments = snakeCase.table(
  "review_comments",
  {
    orgId: orgId(),
    id: id(),
    reviewId: uuid().notNull(),
    taskId: uuid().notNull(),
    author: actorRef().notNull(),
    path: text().notNull(),
    line: integer().notNull(),
    side: text({ enum: diffSides }).notNull(),
    body: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.reviewId], foreignColumns: [reviews.orgId, reviews.id] }),
    index("review_comments_review").on(table.orgId, table.reviewId, table.createdAt),
  ],
);

/** A task's place in its repo's merge queue. */
export const mergeJobs = snakeCase.table(
  "merge_jobs",
  {
    orgId: orgId(),
    id: id(),
    taskId: uuid().notNull(),
    teamId: uuid().notNull(),
    repoId: uuid().notNull(),
    /** The approved commit. */
    commit: text().notNull(),
    strategy: text({ enum: mergeStrategies }).notNull(),
    status: text({ enum: mergeStatuses }).notNull(),
    /** What the default branch became; its tree is the one the gate passed. */
    mergeCommit: text(),
    gateRunId: uuid(),
    /** Why it failed, in words. */
    reason: text(),
    createdAt: createdAt(),
    startedAt: moment(),
    finishedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.taskId], foreignColumns: [tasks.orgId, tasks.id] }),
    foreignKey({ columns: [table.orgId, table.repoId], foreignColumns: [repos.orgId, repos.id] }),
    /** A task stands in the queue once. */
    uniqueIndex("merge_jobs_live_task").on(table.orgId, table.taskId).where(sql`status in ('queued', 'testing')`),
    /** The queue of a repo, in order. */
    index("merge_jobs_queue")
      .on(table.orgId, table.repoId, table.createdAt)
      .where(sql`status in ('queued', 'testing')`),
    index("merge_jobs_task").on(table.orgId, table.taskId, table.createdAt),
  ],
);

/** The stored result of the gate on one exact tree. */
export const gateRuns = snakeCase.table(
  "gate_runs",
  {
    orgId: orgId(),
    id: id(),
    repoId: uuid().notNull(),
    taskId: uuid(),
    /** The tree the gate saw: exactly the one that would become the branch. */
    tree: text().notNull(),
    command: text().notNull(),
    sandbox: text().notNull(),
    passed: boolean().notNull(),
    exitCode: integer(),
    /** In words: passed, exit code 1, timed out after 600 s … */
    outcome: text().notNull(),
    durationMs: integer().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.repoId], foreignColumns: [repos.orgId, repos.id] }),
    /** Has this tree passed already? And: has every commit of main a pass? */
    index("gate_runs_tree").on(table.orgId, table.repoId, table.tree),
  ],
);

/** What the gate printed, cut to the limit. Operational: may be trimmed, so it is not in an event. */
export const gateLogs = snakeCase.table(
  "gate_logs",
  { orgId: orgId(), gateRunId: uuid().notNull(), output: text().notNull(), createdAt: createdAt() },
  (table) => [primaryKey({ columns: [table.orgId, table.gateRunId] })],
);
