import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  snakeCase,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { actorRef, bytes, createdAt, id, moment, orgId, words } from "../columns.ts";
import { deliveryStatuses, webhookProviders } from "../enums.ts";
import { teams } from "./organizations.ts";

/** A door through which a provider tells us what happened there. Its address names the row; its secret stands apart. */
export const webhooks = snakeCase.table(
  "webhooks",
  {
    orgId: orgId(),
    id: id(),
    /** Whose tasks it makes. */
    teamId: uuid().notNull(),
    /** The repository its tasks belong to; null: the one whose source it is, or none. */
    repoId: uuid(),
    provider: text({ enum: webhookProviders }).notNull(),
    name: text().notNull(),
    /** Names of events, or `event.action`; empty: every event that has a processor. */
    events: words(),
    /** Only issues and pull requests that carry this label make tasks. */
    label: text(),
    enabled: boolean().notNull(),
    createdBy: actorRef().notNull(),
    createdAt: createdAt(),
    secretChangedAt: moment().notNull(),
    deletedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.teamId], foreignColumns: [teams.orgId, teams.id] }),
    /** Receiving: the id comes before anything is known about the organization. A UUID that tells nothing. */
    uniqueIndex("webhooks_id").on(table.id),
  ],
);

/** What deliveries are signed with, sealed by the key ring. During a rotation the old one lives on for a while. */
export const webhookSecrets = snakeCase.table(
  "webhook_secrets",
  {
    orgId: orgId(),
    id: id(),
    webhookId: uuid().notNull(),
    sealed: text().notNull(),
    createdAt: createdAt(),
    /** Null: the current one. */
    expiresAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    index("webhook_secrets_webhook").on(table.orgId, table.webhookId),
  ],
);

/**
 * What came in. Operational: the row is the job (`received` until the worker has decided), the payload is kept for a
 * replay and trimmed. What it led to is in `events`.
 */
export const webhookDeliveries = snakeCase.table(
  "webhook_deliveries",
  {
    orgId: orgId(),
    id: id(),
    webhookId: uuid().notNull(),
    teamId: uuid().notNull(),
    /** The provider's id, which makes a delivery happen once. Null for refused ones: an unsigned id must not take the place of a signed one. */
    deliveryId: text(),
    event: text().notNull(),
    action: text(),
    headers: jsonb().$type<Record<string, string>>().notNull(),
    /** The bytes as they were signed; null for refused ones. */
    payload: bytes(),
    payloadBytes: integer().notNull(),
    status: text({ enum: deliveryStatuses }).notNull(),
    result: text().notNull(),
    taskId: uuid(),
    attempts: integer().notNull(),
    requestId: text().notNull(),
    receivedAt: createdAt(),
    /** When the worker tries it (again). */
    nextAttemptAt: moment().notNull(),
    finishedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    /** One effect per delivery, however many copies come. */
    uniqueIndex("webhook_deliveries_once").on(table.orgId, table.webhookId, table.deliveryId),
    /** The worker: what is due? */
    index("webhook_deliveries_due").on(table.nextAttemptAt).where(sql`status = 'received'`),
    /** The log of an endpoint, and of all of them, newest first. */
    index("webhook_deliveries_webhook").on(table.orgId, table.webhookId, table.receivedAt.desc(), table.id.desc()),
    index("webhook_deliveries_log").on(table.orgId, table.receivedAt.desc(), table.id.desc()),
  ],
);

/**
 * The last we heard of an issue or pull request elsewhere, and its task. A cursor: late and doubled news are known by it.
 */
export const externalItems = snakeCase.table(
  "external_items",
  {
    orgId: orgId(),
    teamId: uuid().notNull(),
    /** `github.com/issue/123`: host, kind and the provider's own id, which survives a rename. */
    externalId: text().notNull(),
    taskId: uuid(),
    state: text({ enum: ["open", "closed"] }).notNull(),
    /** The provider's time of its last change. */
    changedAt: moment().notNull(),
    /** What was written into the task last: what differs from it there was changed by somebody here, and stays. */
    synced: jsonb().$type<{ title: string; description: string; labels: string[] }>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.teamId, table.externalId] })],
);

/** A GitHub App that was made from here. `id` is also its webhook's, which holds team, filter and secret. */
export const githubApps = snakeCase.table(
  "github_apps",
  {
    orgId: orgId(),
    id: id(),
    /** GitHub's number of the App: how its deliveries say which App they are for. */
    appId: bigint({ mode: "number" }).notNull(),
    slug: text().notNull(),
    name: text().notNull(),
    /** Where people install it. */
    url: text().notNull(),
    owner: text().notNull(),
    clientId: text().notNull(),
    createdAt: createdAt(),
    removedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    /** Receiving: which Apps may this delivery be for? Not unique: two GitHub servers count for themselves. */
    index("github_apps_app").on(table.appId),
  ],
);

/** Private key and client secret of an App, sealed by the key ring. Never in an event. */
export const githubAppSecrets = snakeCase.table(
  "github_app_secrets",
  {
    orgId: orgId(),
    appId: uuid().notNull(),
    name: text({ enum: ["pem", "client_secret"] }).notNull(),
    sealed: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.appId, table.name] })],
);

/** Somebody went to GitHub to make an App. Single use; the state itself is known to their browser alone. */
export const githubAppRequests = snakeCase.table(
  "github_app_requests",
  {
    orgId: orgId(),
    /** SHA-256 of the state, hex. */
    stateHash: text().notNull(),
    userId: uuid().notNull(),
    teamId: uuid().notNull(),
    label: text(),
    createdAt: createdAt(),
    expiresAt: moment().notNull(),
    usedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.stateHash] }),
    /** Coming back: the state comes before the organization is known. 256 random bits: no oracle. */
    uniqueIndex("github_app_requests_state").on(table.stateHash),
  ],
);

/** Where an App is installed. */
export const githubInstallations = snakeCase.table(
  "github_installations",
  {
    orgId: orgId(),
    appId: uuid().notNull(),
    installationId: bigint({ mode: "number" }).notNull(),
    account: text().notNull(),
    status: text({ enum: ["active", "suspended", "removed"] }).notNull(),
    createdAt: createdAt(),
    updatedAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.appId, table.installationId] })],
);

/** The repositories an installation reaches. */
export const githubInstallationRepos = snakeCase.table(
  "github_installation_repos",
  {
    orgId: orgId(),
    appId: uuid().notNull(),
    installationId: bigint({ mode: "number" }).notNull(),
    repositoryId: bigint({ mode: "number" }).notNull(),
    fullName: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.appId, table.installationId, table.repositoryId] })],
);

/** A source said that it has new commits: the worker's job until it is done. */
export const repoFetches = snakeCase.table(
  "repo_fetches",
  {
    orgId: orgId(),
    repoId: uuid().notNull(),
    requestedAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.repoId] })],
);
