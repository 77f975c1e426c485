import { bigint, index, primaryKey, snakeCase, text } from "drizzle-orm/pg-core";
import { actorRef, createdAt, id, moment, orgId } from "../columns.ts";

const micros = () => bigint({ mode: "number" }).notNull();

/** The organization's own prices, in micro-dollars for a million tokens; before the bundled ones. Each is a version: none is changed. */
export const prices = snakeCase.table(
  "prices",
  {
    orgId: orgId(),
    id: id(),
    provider: text().notNull(),
    /** `*`: what a call of a model that nobody knows is priced at. */
    model: text().notNull(),
    inputMicros: micros(),
    outputMicros: micros(),
    cacheReadMicros: micros(),
    cacheWriteMicros: micros(),
    validFrom: moment().notNull(),
    setBy: actorRef().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    /** The version of the moment. */
    index("prices_model").on(table.orgId, table.model, table.validFrom),
  ],
);
