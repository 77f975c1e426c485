import { index, integer, primaryKey, snakeCase, text } from "drizzle-orm/pg-core";
import { actorRef, createdAt, moment, orgId } from "../columns.ts";
import { installStatuses } from "../enums.ts";
import { sql } from "drizzle-orm";

/**
 * Coding agents somebody wants here: a worker installs their programs into the data folder, once for all. Operational:
 * the programs themselves are the truth.
 */
export const agentInstalls = snakeCase.table(
  "agent_installs",
  {
    orgId: orgId(),
    kind: text().notNull(),
    status: text({ enum: installStatuses }).notNull(),
    /** What is being done, or why it failed, in words. */
    detail: text().notNull(),
    percent: integer().notNull(),
    requestedBy: actorRef().notNull(),
    requestedAt: createdAt(),
    /** Beats while a worker installs; one that is long ago is of a dead worker. */
    updatedAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.kind] }),
    /** The worker: is there anything to install? */
    index("agent_installs_open").on(table.requestedAt).where(sql`status in ('requested', 'installing')`),
  ],
);
