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
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import { createdAt, id, moment, orgId } from "../columns.ts";
import { channelKinds } from "../enums.ts";

/**
 * The names that agents and people own channels by: `bob` owns `agent.bob.*`. One that was given up stays with whoever
 * had it, so that nobody ever speaks under a name others trusted.
 */
export const handles = snakeCase.table(
  "handles",
  {
    orgId: orgId(),
    handle: text().notNull(),
    ownerId: uuid().notNull(),
    ownerKind: text({ enum: ["agent", "user"] }).notNull(),
    isCurrent: boolean().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.handle] }),
    uniqueIndex("handles_owner").on(table.orgId, table.ownerId).where(sql`is_current`),
  ],
);

/**
 * What the owner of an `agent.*` channel decided about it; a channel without a row is open, undescribed and ephemeral.
 * The id is made from organization, owner and path, so that it needs no look-up and survives a new handle.
 */
export const channels = snakeCase.table(
  "channels",
  {
    orgId: orgId(),
    id: id(),
    ownerId: uuid().notNull(),
    /** What follows `agent.<handle>.` */
    path: text().notNull(),
    /** While set, only the owner and those granted may listen. */
    lockedAt: moment(),
    description: text(),
    /** JSON Schema that a message must satisfy. */
    schema: jsonb(),
    advertisedAt: moment(),
    /** How many messages are kept, and for how long; both or neither. */
    keepCount: integer(),
    keepSeconds: integer(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    uniqueIndex("channels_owner_path").on(table.orgId, table.ownerId, table.path),
  ],
);

/** Who may listen to a locked channel besides its owner. Never to speak on it. */
export const channelGrants = snakeCase.table(
  "channel_grants",
  {
    orgId: orgId(),
    channelId: uuid().notNull(),
    granteeId: uuid().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.channelId, table.granteeId] }),
    foreignKey({ columns: [table.orgId, table.channelId], foreignColumns: [channels.orgId, channels.id] }),
  ],
);

/** Every channel that was spoken or listened on, with its last number. Operational: idle ones are trimmed. */
export const channelStreams = snakeCase.table(
  "channel_streams",
  {
    orgId: orgId(),
    id: id(),
    kind: text({ enum: channelKinds }).notNull(),
    /** The organization itself for `public` and `system`. */
    ownerId: uuid().notNull(),
    path: text().notNull(),
    seq: bigint({ mode: "number" }).notNull(),
    /** When it was last spoken or asked for. */
    usedAt: moment().notNull(),
    /** When the last message was published. */
    spokenAt: moment(),
    /** Somebody subscribed to it on the realtime host: from then on its messages are pushed. */
    isHeard: boolean().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    /** Listing by name: the public ones, somebody's own. */
    uniqueIndex("channel_streams_name").on(table.orgId, table.kind, table.ownerId, table.path),
    /** What the realtime host says is listened to: it knows ids alone. */
    index("channel_streams_id").on(table.id),
  ],
);

/** What was said: for a minute, or as long as the channel keeps it. No event, since it may be trimmed. */
export const channelMessages = snakeCase.table(
  "channel_messages",
  {
    orgId: orgId(),
    channelId: uuid().notNull(),
    /** The channel's own count, without gaps, in the order of commits. */
    seq: bigint({ mode: "number" }).notNull(),
    /** The name of the channel and the handle of the sender as they were. */
    channel: text().notNull(),
    sender: text().notNull(),
    senderId: text().notNull(),
    /** JSON as it was sent. */
    payload: text().notNull(),
    publishedAt: timestamp({ withTimezone: true, precision: 3, mode: "date" }).notNull(),
    /** Whether the realtime host has it. */
    isPushed: boolean().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.channelId, table.seq] }),
    /** What the relay has to push. */
    index("channel_messages_unpushed").on(table.orgId, table.channelId, table.seq).where(sql`not is_pushed`),
    index("channel_messages_published").on(table.publishedAt),
  ],
);

/** A lock or revocation on its way to the realtime host; done when nobody is left on the channel's old name. */
export const channelEvictions = snakeCase.table(
  "channel_evictions",
  {
    orgId: orgId(),
    id: id(),
    channelId: uuid().notNull(),
    /** The name that ended. */
    channelName: text().notNull(),
    createdAt: createdAt(),
    doneAt: moment(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.id] }),
    index("channel_evictions_open").on(table.createdAt).where(sql`done_at is null`),
  ],
);

/** When each speaker spoke last, as often as the limit looks back. */
export const channelRates = snakeCase.table(
  "channel_rates",
  {
    orgId: orgId(),
    actorId: text().notNull(),
    /** Newest first. */
    times: timestamp({ withTimezone: true, mode: "date" }).array().notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.actorId] })],
);

/** Which timers of an organization somebody may be listening to, until when, and the tick they were told last. */
export const channelTimers = snakeCase.table(
  "channel_timers",
  {
    orgId: orgId(),
    channelId: uuid().notNull(),
    timer: text().notNull(),
    wantedUntil: moment().notNull(),
    tickedAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.orgId, table.channelId] })],
);

/** How many messages each channel had in a minute, for an hour: most messages are gone sooner than that. */
export const channelMinutes = snakeCase.table(
  "channel_minutes",
  {
    orgId: orgId(),
    channelId: uuid().notNull(),
    /** Its beginning. */
    minute: moment().notNull(),
    messages: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.orgId, table.channelId, table.minute] }),
    /** Trimming what is over. */
    index("channel_minutes_minute").on(table.minute),
  ],
);
