import { snakeCase, text } from "drizzle-orm/pg-core";
import { moment } from "../columns.ts";

/** Nodes of the embedded realtime server that live, one to a worker. Belongs to no tenant. */
export const realtimeNodes = snakeCase.table("realtime_nodes", {
  id: text().primaryKey(),
  beatAt: moment().notNull(),
  /** Why it cannot hear the other nodes, in words; null while it can. */
  trouble: text(),
});
