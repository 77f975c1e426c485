import { z } from "zod";
import { id, isoTime } from "../ids.ts";
import type { sessionAtWork } from "../sessions/schema.ts";
import type { author, Card } from "../tasks/schema.ts";

/**
 * The one Pusher event that carries frames, the one that says that a channel got another name, and the one that tells what
 * agents do on a team's tasks: no event of the log, and missed without harm.
 */
export type ChangedEvent = "changed";
export type MovedEvent = "moved";
export type LinesEvent = "lines";

export type SessionLine = z.output<typeof sessionAtWork>;

/**
 * One event of the log on its way to browsers. `prev` is the number of the event before it on the same channel: a
 * reader that has not seen that one has missed something.
 */
export interface Frame {
  seq: number;
  prev: number;
  type: string;
  teamId: string | null;
  subject: string;
  taskId: string | null;
  taskNumber: number | null;
  actor: z.output<typeof author>;
  at: string;
  correlationId: string;
  /** The event's own data; left out where it is too large to push. */
  data?: Record<string, unknown>;
  /** The changed task as it is now, or newer, and the tasks that changed with it. */
  cards?: Card[];
  /** The frame could not hold all that changed: read it again. */
  reference?: true;
  /** Its event belongs to another team; it only brings cards and is no link of this channel's chain. */
  extra?: true;
}

export const channelsInput = z.strictObject({
  teamId: id.optional().describe("The team whose changes you want to hear; what concerns all comes in any case."),
});
export const channels = z.object({
  org: z.string().describe("The channel of what concerns the whole organization."),
  team: z.string().nullable().describe("The channel of the team."),
  seq: z.int().describe("The newest event now. Read the feed from here after subscribing, so that nothing is missed."),
});
export type ChannelNames = z.output<typeof channels>;

const minute = z.object({
  at: isoTime,
  connections: z.int().nullable().describe("The most pages open at once; null where nobody looked."),
  messages: z.int().describe("Published on channels."),
  events: z.int().describe("Appended to the log."),
  rateLimited: z.int(),
  denied: z.int(),
});
export const statsInput = z.strictObject({});
export const realtimeStats = z.object({
  connections: z.int().nullable().describe("Pages of the organization that are open; null when no worker says so."),
  messagesPerSecond: z.number().describe("On channels, over the last whole minute."),
  eventsPerSecond: z.number(),
  relay: z
    .object({ behind: z.int(), seconds: z.number() })
    .describe("Events that browsers were not told yet, and how old the oldest of them is."),
  busiest: z
    .array(z.object({ channel: z.string(), messages: z.int() }))
    .describe("Channels you may hear, by messages within the last hour."),
  minutes: z.array(minute).describe("The last hour, oldest first; the last one still runs."),
});

/** Where a browser opens its socket: `host` null is the origin of the page, whose `path` leads to the worker. */
export interface BrowserHost {
  key: string;
  host: string | null;
  port: number;
  useTLS: boolean;
  path: string;
}

/** What a page is given to start with. */
export interface RealtimeSettings {
  host: BrowserHost;
  channels: ChannelNames;
}
