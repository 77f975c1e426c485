import { index, primaryKey, snakeCase, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, moment } from "../columns.ts";

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

/** One browser signed in. The cookie names this row, so that ending it here ends the session everywhere. */
export const signIns = snakeCase.table(
  "sign_ins",
  {
    id: id().primaryKey(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
    lastSeenAt: moment().notNull(),
    expiresAt: moment().notNull(),
    revokedAt: moment(),
    userAgent: text().notNull().default(""),
    ip: text().notNull().default(""),
  },
  (table) => [index("sign_ins_user").on(table.userId)],
);
