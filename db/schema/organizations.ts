import {
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
import { actorRef, bytes, createdAt, id, moment, orgId } from "../columns.ts";
import { agentRoles, agentRuntimes, agentStatuses, keyScopes, memberStatuses, orgRoles, pauseModes } from "../enums.ts";

/** One person asked to look at work, or one agent. */
export interface ReviewerRef {
  kind: "agent" | "user";
  id: string;
}

/** Who is asked for a review when a changed file matches one of the globs. */
export interface ReviewRule {
  paths: string[];
  reviewers: ReviewerRef[];
}

/** When a team's agents take new work: local times of a time zone, by weekday (1 is Monday). */
export interface WorkingHours {
  timeZone: string;
  hours: { day: number; from: string; to: string }[];
  /** Critical tasks are taken at any time. */
  criticalAnytime: boolean;
}

/** The tenant. A projection of its own event log, like everything below; `orgId` is its own id. */
export const organizations = snakeCase.table(
  "organizations",
  {
    orgId: orgId().primaryKey(),
    name: text().notNull(),
    /** Stands in URLs; made unique by a suffix when the organization is created. */
    slug: text().notNull(),
    createdAt: createdAt(),
    /** While set, nothing is claimed anywhere in the organization. */
    pausedAt: moment(),
    pausedBy: actorRef(),
    pauseReason: text(),
    pauseMode: text({ enum: pauseModes }),
  },
  (table) => [uniqueIndex("organizations_slug").on(table.slug)],
);

/** A person in an organization. Deactivated ones keep their history and lose every door. */
export const memberships = snakeCase.table(
  "memberships",
  {
    orgId: orgId(),
    userId: uuid().notNull(),
    role: text({ enum: orgRoles }).notNull(),
    status: text({ enum: memberStatuses }).notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.userId] }),
    /** Sign-in: which organizations does this person belong to? */
    index("memberships_user").on(table.userId),
  ],
);

/** A way in, by link. The token is shown once; its SHA-256 is kept. */
export const invitations = snakeCase.table(
  "invitations",
  {
    orgId: orgId(),
    id: id(),
    email: text(),
    role: text({ enum: orgRoles }).notNull(),
    teamIds: uuid().array().notNull(),
    tokenHash: text().notNull(),
    invitedBy: actorRef().notNull(),
    createdAt: createdAt(),
    expiresAt: moment().notNull(),
    acceptedBy: uuid(),
    acceptedAt: moment(),
    revokedAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    /** Accepting: the token comes before anything is known about the organization. */
    uniqueIndex("invitations_token").on(table.tokenHash),
  ],
);

/** The scope of work. */
export const teams = snakeCase.table(
  "teams",
  {
    orgId: orgId(),
    id: id(),
    name: text().notNull(),
    createdAt: createdAt(),
    archivedAt: moment(),
    pausedAt: moment(),
    pausedBy: actorRef(),
    pauseReason: text(),
    pauseMode: text({ enum: pauseModes }),
    /** Tasks in progress at once, over all agents of the team. */
    maxConcurrent: integer().notNull(),
    /** Put a task into the merge queue as soon as it is approved. */
    autoMerge: boolean().notNull(),
    /** Approvals a review needs: of people, and of agents. Both 0: one of anybody. */
    personApprovals: integer().notNull().default(0),
    agentApprovals: integer().notNull().default(0),
    reviewRules: jsonb().$type<ReviewRule[]>().notNull().default([]),
    /** New tasks get branches of this prefix, followed by their number and words of the title. */
    branchPrefix: text().notNull().default("task-"),
    /** Null: at any time. */
    workingHours: jsonb().$type<WorkingHours>(),
    /** What new agents of the team get. */
    defaultLeaseSeconds: integer(),
    defaultSlots: integer().notNull().default(1),
    /** Agents start nothing new while so many tasks wait for review; null: however many. */
    reviewLimit: integer(),
    /** An agent that gave no sign of life for so long is silent. */
    silentMinutes: integer().notNull().default(30),
    defaultAgentKind: text().notNull().default("entourage"),
    /** What every agent of the team is told with its work, in Markdown. */
    conventions: text().notNull().default(""),
    /** Counts the changes of the settings, so that nobody overwrites what they have not seen. */
    version: integer().notNull().default(1),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId], foreignColumns: [organizations.orgId] }),
  ],
);

/** Which people work in a team. Owners and admins reach every team without a row. */
export const teamMembers = snakeCase.table(
  "team_members",
  { orgId: orgId(), teamId: uuid().notNull(), userId: uuid().notNull(), createdAt: createdAt() },
  (table) => [
    primaryKey({ columns: [table.orgId, table.teamId, table.userId] }),
    foreignKey({ columns: [table.orgId, table.teamId], foreignColumns: [teams.orgId, teams.id] }),
    index("team_members_user").on(table.orgId, table.userId),
  ],
);

/** Workers that are not people. */
export const agents = snakeCase.table(
  "agents",
  {
    orgId: orgId(),
    id: id(),
    teamId: uuid().notNull(),
    name: text().notNull(),
    role: text({ enum: agentRoles }).notNull(),
    runtime: text({ enum: agentRuntimes }).notNull(),
    status: text({ enum: agentStatuses }).notNull(),
    isDefault: boolean().notNull(),
    /** Of the sample crew: takes only what it is assigned, and reviews only the work of its like. */
    isDemonstration: boolean().notNull().default(false),
    /** Tasks it may hold at once; a lease names one of the slots 0 … slots − 1. */
    slots: integer().notNull(),
    /** Of runtime `model`: a tier, or a model as provider/name; null: as the team's table routes. */
    model: text(),
    /** Of runtime `acp`: the coding agent that is started for it; null: the team's default. */
    agentKind: text(),
    /** Of runtime `acp`: how much it does unasked, by its kind's names; null: as its kind has it. */
    mode: text(),
    /** How long a lease of its own lives without a sign of life; null means the default of its runtime. */
    leaseSeconds: integer(),
    createdAt: createdAt(),
    pausedAt: moment(),
    pausedBy: actorRef(),
    pauseReason: text(),
    pauseMode: text({ enum: pauseModes }),
    /** Since when it gives no sign of life; null while it does, and for one that never came. */
    silentSince: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    foreignKey({ columns: [table.orgId, table.teamId], foreignColumns: [teams.orgId, teams.id] }),
    uniqueIndex("agents_name").on(table.orgId, table.teamId, table.name),
  ],
);

/** The last sign of life of an agent; operational, at most one write in half a minute an agent. */
export const agentPresence = snakeCase.table(
  "agent_presence",
  { orgId: orgId(), agentId: uuid().notNull(), lastSeenAt: moment().notNull() },
  (table) => [primaryKey({ columns: [table.orgId, table.agentId] })],
);

/** `oc_…`. The key itself is shown once; only its SHA-256 is kept. */
export const apiKeys = snakeCase.table(
  "api_keys",
  {
    orgId: orgId(),
    id: id(),
    name: text().notNull(),
    /** SHA-256 of the whole key, hex. */
    hash: text().notNull(),
    lastFour: text().notNull(),
    scopes: text({ enum: keyScopes }).array().notNull(),
    /** Acts as this agent; without one it acts as the person who made it, with that person's role of the moment. */
    agentId: uuid(),
    createdByUserId: uuid(),
    createdAt: createdAt(),
    expiresAt: moment(),
    revokedAt: moment(),
    /** The key that takes its place; it stays valid beside it until `expiresAt`. */
    replacedById: uuid(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    /** Every request with a bearer key. 256 random bits: no oracle. */
    uniqueIndex("api_keys_hash").on(table.hash),
  ],
);

/** When a key was last used; operational, at most one write a minute a key. */
export const apiKeyUses = snakeCase.table(
  "api_key_uses",
  { orgId: orgId(), keyId: uuid().notNull(), lastUsedAt: moment().notNull(), ip: text().notNull().default("") },
  (table) => [primaryKey({ columns: [table.orgId, table.keyId] })],
);

/** A setting of one person, read and written whole. */
export const preferences = snakeCase.table(
  "preferences",
  { orgId: orgId(), userId: uuid().notNull(), name: text().notNull(), value: jsonb().notNull() },
  (table) => [primaryKey({ columns: [table.orgId, table.userId, table.name] })],
);

/** Advancing an epoch renames a realtime channel, which ends every subscription on any Pusher-compatible host. */
export const channelEpochs = snakeCase.table(
  "channel_epochs",
  { orgId: orgId(), scopeId: uuid().notNull(), epoch: integer().notNull() },
  (table) => [primaryKey({ columns: [table.orgId, table.scopeId] })],
);

/** Short numbers people read (`#12`), drawn per organization. */
export const numberCounters = snakeCase.table(
  "number_counters",
  { orgId: orgId(), name: text().notNull(), value: integer().notNull() },
  (table) => [primaryKey({ columns: [table.orgId, table.name] })],
);

/** The answer to a command that carried an idempotency key, given again when the key comes again. Trimmed after a day. */
export const receipts = snakeCase.table(
  "receipts",
  {
    orgId: orgId(),
    actorId: text().notNull(),
    key: text().notNull(),
    operation: text().notNull(),
    inputHash: text().notNull(),
    output: jsonb().notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.actorId, table.key] })],
);

/** Secrets of an organization, sealed with AES-256-GCM by the key ring. Never in an event. */
export const credentials = snakeCase.table(
  "credentials",
  {
    orgId: orgId(),
    id: id(),
    name: text().notNull(),
    username: text().notNull(),
    sealed: bytes().notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.id] })],
);
