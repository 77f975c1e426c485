import { index, primaryKey, snakeCase, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, moment, orgId } from "../columns.ts";

/**
 * A way into the event stream for clients that can send neither a header nor a cookie: opens one stream, within a minute,
 * as who asked for it. Operational: a ticket that was used is gone.
 */
export const eventTickets = snakeCase.table(
  "event_tickets",
  {
    orgId: orgId(),
    id: id(),
    /** SHA-256 of the ticket, hex. */
    hash: text().notNull(),
    actorId: uuid().notNull(),
    /** What they came with, all of which must still hold: an API key, a sign-in, tokens exchanged for a key. */
    keyId: uuid(),
    signInId: uuid(),
    familyId: uuid(),
    /** The one team it opens; null: what its holder may see. */
    teamId: uuid(),
    createdAt: createdAt(),
    expiresAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    /** A ticket comes before anything is known about the organization. */
    uniqueIndex("event_tickets_hash").on(table.hash),
    index("event_tickets_expired").on(table.expiresAt),
  ],
);
