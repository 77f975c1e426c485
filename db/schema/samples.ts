import { foreignKey, index, primaryKey, snakeCase, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, moment, orgId } from "../columns.ts";
import { plans } from "./plans.ts";

/** The last time the sample crew was called to a plan: the worker's job, not an event. */
export const planCrews = snakeCase.table(
  "plan_crews",
  {
    orgId: orgId(),
    planId: uuid().notNull(),
    teamId: uuid().notNull(),
    requestedAt: createdAt(),
    startedAt: moment(),
    /** The last sign of life of the worker that runs it: one that died is followed by another. */
    beatAt: moment(),
    finishedAt: moment(),
    /** Why it went home before the plan was over. */
    note: text(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.planId] }),
    foreignKey({ columns: [table.orgId, table.planId], foreignColumns: [plans.orgId, plans.id] }),
    /** The worker's queue. */
    index("plan_crews_due").on(table.requestedAt),
  ],
);
