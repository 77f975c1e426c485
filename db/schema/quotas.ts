import { bigint, integer, primaryKey, snakeCase, uuid } from "drizzle-orm/pg-core";
import { orgId } from "../columns.ts";

/** How much of sessions a person may use; a row without a person (all zeros) is of everybody who has none. */
export const quotas = snakeCase.table(
  "quotas",
  {
    orgId: orgId(),
    userId: uuid().notNull(),
    /** Null: no limit. */
    sessionsAtOnce: integer(),
    hoursADay: integer(),
    tokensADay: bigint({ mode: "number" }),
    microsADay: bigint({ mode: "number" }),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.userId] })],
);
