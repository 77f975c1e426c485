import { index, primaryKey, snakeCase, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, moment } from "../columns.ts";
import { signInKinds } from "../enums.ts";

/** People. Global: one person may belong to several organizations, so nothing here belongs to a tenant. */
export const users = snakeCase.table(
  "users",
  {
    id: id().primaryKey(),
    /** Lower case, NFKC; compared as it is. */
    email: text().notNull(),
    name: text().notNull(),
    /** argon2id; null for people who only sign in through a provider. The app role may not read it. */
    passwordHash: text(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex("users_email").on(table.email)],
);

/** A person's identity at a sign-in provider (GitHub, OIDC). */
export const accounts = snakeCase.table(
  "accounts",
  {
    provider: text().notNull(),
    providerAccountId: text().notNull(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.provider, table.providerAccountId] }),
    index("accounts_user").on(table.userId),
  ],
);

/**
 * One browser, or one client with tokens, that is signed in. The cookie, or every access token of the family, names this
 * row, so that ending it here ends the session everywhere.
 */
export const signIns = snakeCase.table(
  "sign_ins",
  {
    id: id().primaryKey(),
    kind: text({ enum: signInKinds }).notNull().default("browser"),
    /** Null only for tokens that were exchanged for an API key: those act as the key does, and end with it. */
    userId: uuid().references(() => users.id, { onDelete: "cascade" }),
    keyId: uuid(),
    /** The only organization its tokens open; always set beside a key. */
    forOrgId: uuid(),
    createdAt: createdAt(),
    lastSeenAt: moment().notNull(),
    expiresAt: moment().notNull(),
    revokedAt: moment(),
    userAgent: text().notNull().default(""),
    ip: text().notNull().default(""),
  },
  (table) => [index("sign_ins_user").on(table.userId)],
);

/**
 * The refresh tokens of a client: a chain, of which the last one works. Only the SHA-256 of each is kept; the next one is
 * computed from the one before it and a secret that is not in the database.
 */
export const refreshTokens = snakeCase.table(
  "refresh_tokens",
  {
    hash: text().primaryKey(),
    signInId: uuid()
      .notNull()
      .references(() => signIns.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
    expiresAt: moment().notNull(),
    /** When it was exchanged for the next one. Coming once more later than a moment after that, it was stolen. */
    usedAt: moment(),
    /** Who exchanged it, hashed: the same client may lose the answer and ask again. */
    usedBy: text(),
  },
  (table) => [index("refresh_tokens_sign_in").on(table.signInId)],
);

/** A way back in for somebody who forgot their password: a link that an admin or the operator makes. Works once. */
export const passwordResets = snakeCase.table(
  "password_resets",
  {
    /** SHA-256 of what stands in the link. */
    hash: text().primaryKey(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
    expiresAt: moment().notNull(),
    usedAt: moment(),
  },
  (table) => [index("password_resets_user").on(table.userId)],
);
