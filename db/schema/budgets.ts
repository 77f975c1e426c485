import { sql } from "drizzle-orm";
import {
  bigint,
  bigserial,
  boolean,
  date,
  foreignKey,
  index,
  primaryKey,
  snakeCase,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { actorRef, createdAt, id, moment, orgId } from "../columns.ts";
import { budgetPeriods, budgetScopes, ledgerEntryKinds, reservationStatuses } from "../enums.ts";

const micros = () => bigint({ mode: "number" }).notNull();

/** A cap: how much a scope may spend over a period. Amounts are whole micro-dollars everywhere. */
export const budgets = snakeCase.table(
  "budgets",
  {
    orgId: orgId(),
    id: id(),
    scope: text({ enum: budgetScopes }).notNull(),
    /** The id of the team, agent, …; for the organization its own. */
    scopeId: uuid().notNull(),
    /** The team it belongs to, whose people see it; null for the organization and for people. */
    teamId: uuid(),
    period: text({ enum: budgetPeriods }).notNull(),
    capMicros: micros(),
    setBy: actorRef().notNull(),
    createdAt: createdAt(),
    updatedAt: moment().notNull(),
    removedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    /** One cap for a scope and period; set again after a removal it is the same budget. */
    uniqueIndex("budgets_scope").on(table.orgId, table.scopeId, table.period),
  ],
);

/**
 * The counters of a budget over one period: what a spender locks. Operational, since they follow from the usage records and
 * the open reservations; the audit compares. Made by the first spender of a period, or when the budget is set.
 */
export const budgetCounters = snakeCase.table(
  "budget_counters",
  {
    orgId: orgId(),
    budgetId: uuid().notNull(),
    /** The first day (UTC) of the day or month; 1970-01-01 for a life. */
    periodStart: date().notNull(),
    settledMicros: micros(),
    reservedMicros: micros(),
    /** When the 80 % were told, so that they are told once. */
    warnedAt: moment(),
    /** When something was refused for want of money, so that people are asked once. */
    exhaustedAt: moment(),
    /** The human request that asks for more. */
    requestId: uuid(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.budgetId, table.periodStart] }),
    foreignKey({ columns: [table.orgId, table.budgetId], foreignColumns: [budgets.orgId, budgets.id] }),
  ],
);

/** Money set aside before a call, for whom it will be booked. Operational: it ends by itself. */
export const reservations = snakeCase.table(
  "reservations",
  {
    orgId: orgId(),
    id: id(),
    teamId: uuid(),
    agentId: uuid(),
    userId: uuid(),
    planId: uuid(),
    taskId: uuid(),
    sessionId: uuid(),
    model: text().notNull(),
    micros: micros(),
    /** Will be paid with the person's own key: of the budgets only the session's counts it. */
    ownKey: boolean().notNull().default(false),
    /** A call of ours is made on it: not settled in time, it is booked whole. Else it is an agent's own, and freed. */
    isCall: boolean().notNull().default(false),
    status: text({ enum: reservationStatuses }).notNull(),
    /** Decides the periods that it, and later the actual cost, counts in. */
    bookedAt: createdAt(),
    expiresAt: moment().notNull(),
    endedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    /** The one that frees what the dead set aside. */
    index("reservations_due").on(table.expiresAt).where(sql`status = 'open'`),
    /** What a session, whose end frees it, has set aside. */
    index("reservations_session").on(table.orgId, table.sessionId).where(sql`status = 'open'`),
  ],
);

/**
 * Every change of a counter with the counter and the cap after it: the proof that no cap was ever passed. Rows of one
 * counter are written while it is locked, so their ids follow the order of the changes.
 */
export const ledger = snakeCase.table(
  "ledger",
  {
    orgId: orgId(),
    id: bigserial({ mode: "number" }).notNull(),
    budgetId: uuid().notNull(),
    periodStart: date().notNull(),
    kind: text({ enum: ledgerEntryKinds }).notNull(),
    reservationId: uuid(),
    usageId: uuid(),
    settledDelta: micros(),
    reservedDelta: micros(),
    settledAfter: micros(),
    reservedAfter: micros(),
    capMicros: micros(),
    at: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    /** The audit: the history of one counter. */
    index("ledger_counter").on(table.orgId, table.budgetId, table.periodStart, table.id),
  ],
);
