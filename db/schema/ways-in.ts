import { index, integer, snakeCase, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, moment } from "../columns.ts";
import { users } from "./identity.ts";

/**
 * Somebody who says that a public profile is theirs: they got a signature to place there, and a ticket that only they have.
 * The signature is computed from the ticket and what it was asked for, so a row alone lets nobody in.
 */
export const profileSignIns = snakeCase.table(
  "profile_sign_ins",
  {
    /** SHA-256 of the ticket. */
    hash: text().primaryKey(),
    provider: text().notNull(),
    /** Lower case. */
    profileName: text().notNull(),
    /** SHA-256 of the invitation's token, which is looked at when the profile was read and not before. */
    invitationHash: text(),
    /** Slug or id of the organization of somebody who came before, as they gave it. */
    organization: text(),
    createdAt: createdAt(),
    expiresAt: moment().notNull(),
    usedAt: moment(),
  },
  (table) => [index("profile_sign_ins_expiry").on(table.expiresAt)],
);

/** Attempts to sign in within a minute, counted by all processes together. */
export const signInAttempts = snakeCase.table("sign_in_attempts", {
  /** SHA-256 of the address or account that is tried. */
  who: text().primaryKey(),
  tries: integer().notNull(),
  endsAt: moment().notNull(),
});

/** A client that asks to be let in by a person who is signed in elsewhere (RFC 8628). */
export const deviceSignIns = snakeCase.table(
  "device_sign_ins",
  {
    /** SHA-256 of the device code, which only the client has. */
    hash: text().primaryKey(),
    /** HMAC of the short code that people type, under a secret that is not in the database: it is short enough to be tried out. */
    userCodeHash: text().notNull().unique(),
    clientName: text().notNull(),
    ip: text().notNull(),
    createdAt: createdAt(),
    expiresAt: moment().notNull(),
    /** Seconds between two questions of the client; five more each time it was too eager. */
    intervalSeconds: integer().notNull(),
    polledAt: moment(),
    decidedAt: moment(),
    /** Set when it was approved; decided without one is denied. */
    userId: uuid().references(() => users.id, { onDelete: "cascade" }),
    forOrgId: uuid(),
    /** When its token was given out. */
    usedAt: moment(),
  },
  (table) => [index("device_sign_ins_expiry").on(table.expiresAt)],
);
