import { index, integer, primaryKey, snakeCase, text } from "drizzle-orm/pg-core";
import { moment, orgId } from "../columns.ts";

/** Nodes of the embedded realtime server that live, one to a worker. Belongs to no tenant. */
export const realtimeNodes = snakeCase.table("realtime_nodes", {
  id: text().primaryKey(),
  beatAt: moment().notNull(),
  /** Why it cannot hear the other nodes, in words; null while it can. */
  trouble: text(),
});

/** What happened in an organization, by the minute, for the page that shows the last hour. Operational, kept for two hours. */
export const realtimeMinutes = snakeCase.table(
  "realtime_minutes",
  {
    orgId: orgId(),
    /** Its beginning. */
    minute: moment().notNull(),
    /** The most open pages a worker saw; null where none looked. */
    connections: integer(),
    /** Events appended to the log. */
    events: integer().notNull().default(0),
    /** Requests and messages refused because they came too fast. */
    rateLimited: integer().notNull().default(0),
    /** What was asked for without permission: operations, channels, subscriptions. */
    denied: integer().notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.minute] }),
    /** Trimming what is over. */
    index("realtime_minutes_minute").on(table.minute),
  ],
);
