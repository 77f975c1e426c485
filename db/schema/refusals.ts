import { sql } from "drizzle-orm";
import { index, integer, primaryKey, snakeCase, text, uuid } from "drizzle-orm/pg-core";
import { actorRef, moment, orgId, words } from "../columns.ts";
import { refusedActions } from "../enums.ts";

/**
 * What was refused again after the audit was told of it: counted here, and told together later, so that an agent that
 * tries the same a thousand times fills a row and not the log. Operational.
 */
export const refusalGroups = snakeCase.table(
  "refusal_groups",
  {
    orgId: orgId(),
    what: text({ enum: refusedActions }).notNull(),
    /** The session, or who tried. */
    subjectId: uuid().notNull(),
    sessionId: uuid(),
    by: actorRef().notNull(),
    /** Since it was told last; the first few that differ. */
    said: words().default(sql`'{}'`),
    times: integer().notNull(),
    toldAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.what, table.subjectId] }),
    /** What is to be told by now, over all organizations. */
    index("refusal_groups_told").on(table.toldAt),
  ],
);
