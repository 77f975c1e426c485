import {
  bigserial,
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
import { createdAt, id, moment, orgId } from "../columns.ts";
import { turnStatuses } from "../enums.ts";
import { tasks } from "./tasks.ts";

/**
 * One try of an agent of runtime `model` at a task, over all the leases and processes it took. Operational: what came of
 * it is in the log of the task.
 */
export const turns = snakeCase.table(
  "turns",
  {
    orgId: orgId(),
    id: id(),
    taskId: uuid().notNull(),
    teamId: uuid().notNull(),
    agentId: uuid().notNull(),
    /** The lease it runs under now: only its holder writes. */
    leaseId: uuid().notNull(),
    /** Counts the tries at the task; effects of tools are keyed by it. */
    attempt: integer().notNull(),
    status: text({ enum: turnStatuses }).notNull(),
    /** What its usage is booked in. */
    sessionId: uuid().notNull(),
    /** The model that answered last. */
    model: text(),
    /** How often the task had been sent back when it began: after another time a new try begins. */
    rework: integer().notNull(),
    /** How often it was taken up again after its process or lease was gone. */
    resumed: integer().notNull(),
    /** What people were asked, while it waits for them. */
    requestId: uuid(),
    /** What it ended with: the model's last words. */
    output: text(),
    /** Why it stands where it stands. */
    reason: text(),
    startedAt: createdAt(),
    endedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    uniqueIndex("turns_attempt").on(table.orgId, table.taskId, table.attempt),
    foreignKey({ columns: [table.orgId, table.taskId], foreignColumns: [tasks.orgId, tasks.id] }),
    /** Those that wait for people. */
    index("turns_status").on(table.status),
  ],
);

/** The conversation of a turn, message by message: what a process that takes it up goes on from. */
export const turnMessages = snakeCase.table(
  "turn_messages",
  {
    orgId: orgId(),
    turnId: uuid().notNull(),
    number: integer().notNull(),
    /** A message as the AI SDK has it. */
    message: jsonb().notNull(),
    at: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.turnId, table.number] })],
);

/** What a model says at this moment, for whoever watches. Gone with the end of its turn: the messages have all of it. */
export const turnParts = snakeCase.table(
  "turn_parts",
  {
    orgId: orgId(),
    turnId: uuid().notNull(),
    id: bigserial({ mode: "number" }).notNull(),
    kind: text().notNull(),
    text: text().notNull(),
    at: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.turnId, table.id] })],
);
