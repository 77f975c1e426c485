import { sql } from "drizzle-orm";
import { index, integer, primaryKey, snakeCase, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { actorRef, createdAt, id, moment, orgId } from "../columns.ts";
import { modelApis, signInStatuses } from "../enums.ts";

/** A provider at which people sign in with a code (RFC 8628) instead of keeping a key: set up once, by an admin. */
export const signInProviders = snakeCase.table(
  "sign_in_providers",
  {
    orgId: orgId(),
    id: id(),
    /** What models are named after. */
    provider: text().notNull(),
    api: text({ enum: modelApis }).notNull(),
    /** Where the models are; the token goes there. */
    baseUrl: text().notNull(),
    deviceUrl: text().notNull(),
    tokenUrl: text().notNull(),
    clientId: text().notNull(),
    /** With spaces between them; may be empty. */
    scopes: text().notNull(),
    setBy: actorRef().notNull(),
    createdAt: createdAt(),
    updatedAt: moment().notNull(),
    removedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    uniqueIndex("sign_in_providers_provider").on(table.orgId, table.provider).where(sql`removed_at is null`),
  ],
);

/**
 * A person signing in at a provider: from the code that they are shown until the provider says yes or no, or the time is
 * over. Operational: what comes of it is a credential. Where it goes is kept with it, so that what an admin changes
 * meanwhile sends nobody's token elsewhere.
 */
export const providerSignIns = snakeCase.table(
  "provider_sign_ins",
  {
    orgId: orgId(),
    id: id(),
    userId: uuid().notNull(),
    userName: text().notNull(),
    provider: text().notNull(),
    api: text({ enum: modelApis }).notNull(),
    baseUrl: text().notNull(),
    tokenUrl: text().notNull(),
    clientId: text().notNull(),
    /** Sealed: who has it gets the tokens. Null once it is over. */
    deviceCode: text(),
    userCode: text().notNull(),
    verificationUri: text().notNull(),
    /** The same with the code in it, where the provider has that. */
    verificationUriComplete: text(),
    intervalSeconds: integer().notNull(),
    /** Not before: as the provider asked; and while one poll is under way nobody begins another. */
    nextPollAt: moment().notNull(),
    /** The poll that is under way, or was when its worker died. */
    poll: uuid(),
    expiresAt: moment().notNull(),
    status: text({ enum: signInStatuses }).notNull(),
    /** Why it did not come to be, in words. */
    problem: text(),
    createdAt: createdAt(),
    endedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    /** One of a person and provider is under way. */
    uniqueIndex("provider_sign_ins_open").on(table.orgId, table.userId, table.provider).where(sql`status = 'pending'`),
    /** What is to be polled, over all organizations. */
    index("provider_sign_ins_due").on(table.nextPollAt).where(sql`status = 'pending'`),
  ],
);
