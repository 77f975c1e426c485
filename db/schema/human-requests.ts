import { sql } from "drizzle-orm";
import { boolean, foreignKey, index, jsonb, primaryKey, snakeCase, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { actorRef, createdAt, id, moment, orgId } from "../columns.ts";
import { requestKinds, requestStatuses } from "../enums.ts";
import { teams } from "./organizations.ts";
import { repos } from "./repos.ts";
import { tasks } from "./tasks.ts";

/** A durable, typed question to people. It outlives every process; exactly one answer is accepted. */
export const humanRequests = snakeCase.table(
  "human_requests",
  {
    orgId: orgId(),
    id: id(),
    teamId: uuid().notNull(),
    taskId: uuid(),
    sessionId: uuid(),
    kind: text({ enum: requestKinds }).notNull(),
    title: text().notNull(),
    /** Markdown of whoever asks: shown as theirs, never as our own voice. */
    detail: text().notNull(),
    /** The JSON schema an answer must fit; made from the kind or the options where the asker gave none. */
    schema: jsonb().notNull(),
    /** Ready answers, each of which fits the schema; null: none. */
    options: jsonb(),
    /** The exact action an approval is for, and the SHA-256 of its canonical JSON. */
    action: jsonb(),
    actionHash: text(),
    /** What the asker keeps with it for the consequence of the answer. */
    data: jsonb(),
    /** The task is blocked and its lease stands still while this is pending. */
    blocksTask: boolean().notNull(),
    askedBy: actorRef().notNull(),
    /** What makes two askings the same question: SHA-256 of what is asked. */
    questionHash: text().notNull(),
    status: text({ enum: requestStatuses }).notNull(),
    answer: jsonb(),
    closedBy: actorRef(),
    /** Why it was withdrawn or expired, in words. */
    reason: text(),
    /** The standing permission that answered it. */
    policyId: uuid(),
    createdAt: createdAt(),
    closedAt: moment(),
    /** When it ends unanswered; null: never. */
    expiresAt: moment(),
    /** When it goes to the top and admins are told. */
    escalateAt: moment(),
    escalatedAt: moment(),
    /** When the approval was used: once. */
    consumedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.teamId], foreignColumns: [teams.orgId, teams.id] }),
    foreignKey({ columns: [table.orgId, table.taskId], foreignColumns: [tasks.orgId, tasks.id] }),
    /** The inbox, and which answers an agent waits for. */
    index("human_requests_pending").on(table.orgId, table.teamId, table.createdAt).where(sql`status = 'pending'`),
    /** What a task waits for; its history. */
    index("human_requests_task").on(table.orgId, table.taskId, table.createdAt),
    /** The same question asked again while one is open finds it, also when both come at once. */
    uniqueIndex("human_requests_same")
      .on(
        table.orgId,
        sql`(asked_by->>'id')`,
        sql`coalesce(task_id, '00000000-0000-0000-0000-000000000000'::uuid)`,
        table.questionHash,
      )
      .where(sql`status = 'pending'`),
    /** Closed requests of an asker: answers it was not told, approvals it can use. */
    index("human_requests_asker").on(table.orgId, sql`(asked_by->>'id')`, table.closedAt),
    /** The worker: which are over, and which wait too long? */
    index("human_requests_expiring").on(table.expiresAt).where(sql`status = 'pending'`),
    index("human_requests_escalating").on(table.escalateAt).where(sql`status = 'pending' and escalated_at is null`),
    /** How often a standing permission was used. */
    index("human_requests_policy").on(table.orgId, table.policyId).where(sql`policy_id is not null`),
    /** The history: a page by keyset. */
    index("human_requests_list").on(table.orgId, table.teamId, table.id),
  ],
);

/** "Always allow this": a matching approval or permission is granted at once, in its name. */
export const approvalPolicies = snakeCase.table(
  "approval_policies",
  {
    orgId: orgId(),
    id: id(),
    teamId: uuid().notNull(),
    /** Only for tasks of this repository; null: of all. */
    repoId: uuid(),
    /** The name of the action; `*` stands for anything. */
    actionPattern: text().notNull(),
    /** The request whose answer it was made with. */
    requestId: uuid(),
    createdBy: actorRef().notNull(),
    createdAt: createdAt(),
    expiresAt: moment(),
    revokedAt: moment(),
    revokedBy: actorRef(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.teamId], foreignColumns: [teams.orgId, teams.id] }),
    foreignKey({ columns: [table.orgId, table.repoId], foreignColumns: [repos.orgId, repos.id] }),
    /** What holds in a team at the moment. */
    index("approval_policies_live").on(table.orgId, table.teamId).where(sql`revoked_at is null`),
  ],
);

/** Which answers their asker has been told. Operational: it is told again until it was heard. */
export const toldAnswers = snakeCase.table(
  "told_answers",
  {
    orgId: orgId(),
    requestId: uuid().notNull(),
    toldAt: moment().notNull(),
    /** When it is told again; null: it was heard. */
    againAt: moment(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.requestId] })],
);
