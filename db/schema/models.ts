import { sql } from "drizzle-orm";
import { foreignKey, integer, jsonb, primaryKey, snakeCase, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { actorRef, createdAt, id, moment, orgId, words } from "../columns.ts";
import { credentialForms, credentialStatuses, modelApis, type ModelTier } from "../enums.ts";
import { teams } from "./organizations.ts";

/** A key at a provider of models, of the organization or of one person, and what is known of it. The key itself stands in `model_credential_secrets`. */
export const modelCredentials = snakeCase.table(
  "model_credentials",
  {
    orgId: orgId(),
    id: id(),
    /** Whose own it is: nobody else uses it. Null: the organization's. */
    userId: uuid(),
    /** What models are named after: `anthropic` in `anthropic/claude-sonnet-5-5`. */
    provider: text().notNull(),
    form: text({ enum: credentialForms }).notNull().default("key"),
    api: text({ enum: modelApis }).notNull(),
    baseUrl: text().notNull(),
    /** The end of the key; null where there is none. */
    lastFour: text(),
    status: text({ enum: credentialStatuses }).notNull(),
    /** Why it is refused, in the provider's words. */
    problem: text(),
    /** What the provider answered when it was tested. */
    testAnswer: text().notNull(),
    /** The models the provider listed then. */
    models: words(),
    /** Models that the provider does not know (any more), until the credential is saved anew. */
    goneModels: jsonb().$type<Record<string, string>>().notNull(),
    savedBy: actorRef().notNull(),
    createdAt: createdAt(),
    updatedAt: moment().notNull(),
    removedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    /** One for each provider: a model's name says which. */
    uniqueIndex("model_credentials_provider")
      .on(table.orgId, table.provider)
      .where(sql`removed_at is null and user_id is null`),
    /** And one of a person's own. */
    uniqueIndex("model_credentials_own")
      .on(table.orgId, table.userId, table.provider)
      .where(sql`removed_at is null and user_id is not null`),
  ],
);

/** The keys, sealed (AES-256-GCM; the place of a value is part of it). No event tells one, so nothing rebuilds this table. */
export const modelCredentialSecrets = snakeCase.table(
  "model_credential_secrets",
  {
    orgId: orgId(),
    credentialId: uuid().notNull(),
    sealed: text().notNull(),
    /** Of a sign-in: what gets the next token, sealed; null: there is none, and it ends with the token. */
    refreshSealed: text(),
    /** When the token ends; null: it does not, or nobody said. */
    expiresAt: moment(),
    /** Where the next token comes from, as it stood when the person signed in. */
    tokenUrl: text(),
    clientId: text(),
    /** Whoever gets the next token now has until then; others wait for it. */
    refreshingUntil: moment(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.credentialId] })],
);

/** Until when a provider is left alone, as it asked or because it failed. Operational; one for all processes. */
export const providerPauses = snakeCase.table(
  "provider_pauses",
  {
    orgId: orgId(),
    credentialId: uuid().notNull(),
    pausedUntil: moment().notNull(),
    reason: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.credentialId] })],
);

/** Which models a team's work goes to; a team without a row has the table that comes with the product. */
export const modelRoutings = snakeCase.table(
  "model_routings",
  {
    orgId: orgId(),
    teamId: uuid().notNull(),
    /** For each tier its models, the first that is usable. */
    tiers: jsonb().$type<Record<ModelTier, string[]>>().notNull(),
    /** Which tier a task of a type and complexity begins with; `*` is any. */
    routes: jsonb().$type<{ type: string; complexity: string; tier: ModelTier }[]>().notNull(),
    version: integer().notNull(),
    setBy: actorRef().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.teamId] }),
    foreignKey({ columns: [table.orgId, table.teamId], foreignColumns: [teams.orgId, teams.id] }),
  ],
);
