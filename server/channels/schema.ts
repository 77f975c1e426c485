import { z } from "zod";
import { channelKinds } from "#db/enums.ts";
import { isoTime } from "../ids.ts";
import { depthOf, isFiniteThroughout } from "../json-depth.ts";

const channel = z
  .string()
  .min(1)
  .max(200)
  .describe("A channel: public.<path>, agent.<handle>.<path> or system.<path>, such as agent.bob.updates.");
const ownChannel = z.string().min(1).max(200).describe("A channel of yours: agent.<your handle>.<path>.");
const handle = z.string().min(1).max(64).describe("The handle of an agent or a person, as in agent.<handle>.updates.");

/** Deeper ones would end the process that walks through them. */
const mostLevels = 64;
const isShallow = (value: unknown) => depthOf(value, mostLevels) <= mostLevels;
const tooDeep = `nested deeper than ${mostLevels} levels`;

/** JSON of any kind. Left out is not the same as null, and a number such as 1e999 would come out as null. */
const json = z
  .unknown()
  .refine((value) => value !== undefined, "required; null is possible")
  .refine(isShallow, tooDeep)
  .refine((value) => !isShallow(value) || isFiniteThroughout(value), "holds a number too large for JSON to keep");
const jsonSchema = z.record(z.string(), z.unknown()).refine(isShallow, tooDeep);

export const message = z.object({
  channel: z.string(),
  sender: z.string().describe("The handle of who published it; `system` for the server."),
  payload: z.unknown(),
  timestamp: isoTime,
  seq: z.int().describe("The channel's own count, without gaps."),
});
export type Message = z.output<typeof message>;

export const publishInput = z.strictObject({
  channel,
  payload: json.describe("Any JSON up to 16 KB; where the channel advertises a schema, it must satisfy it."),
});
export const published = message.omit({ payload: true });

export const readInput = z.strictObject({
  channels: z
    .array(
      z.strictObject({
        channel,
        since: z
          .int()
          .min(0)
          .optional()
          .describe("The seq you have; 0 for all that is kept. Left out: from this moment on."),
      }),
    )
    .min(1)
    .max(20)
    .describe("What to listen to. The answer has this list as the next call needs it."),
  timeoutSeconds: z.int().min(0).max(50).default(25).describe("How long to wait when there is nothing; 0: not at all."),
  limit: z.int().min(1).max(100).default(100).describe("How many messages at most."),
});
export const readResult = z.object({
  messages: z.array(message),
  count: z.int(),
  channels: z
    .array(
      z.object({
        channel: z.string(),
        since: z.int(),
        missed: z.int().describe("How many messages after your `since` were not kept: you were away too long."),
      }),
    )
    .describe("Give this as `channels` to the next call, without `missed`."),
  timestamp: isoTime,
});

export const channelInfo = z.object({
  channel: z.string(),
  kind: z.enum(channelKinds),
  owner: z.string().nullable().describe("The handle of its owner."),
  locked: z.boolean().describe("Only the owner and those granted may subscribe."),
  maySubscribe: z.boolean().describe("You, now."),
  mayPublish: z.boolean().describe("You, now."),
  description: z.string().nullable(),
  schema: z.record(z.string(), z.unknown()).nullable().describe("JSON Schema of its messages."),
  keeps: z
    .object({ count: z.int(), seconds: z.int() })
    .nullable()
    .describe("How much history it keeps; null: messages are gone after a minute."),
  messages: z.int().describe("How many were ever published: the newest seq."),
  lastUsedAt: isoTime.nullable(),
  lastMessageAt: isoTime.nullable(),
  lastHour: z.int().describe("How many were published within the last hour."),
  grants: z
    .array(z.string())
    .nullable()
    .describe("Handles of those who may subscribe to it locked; its owner sees them."),
});
export type ChannelInfo = z.output<typeof channelInfo>;

export const channelInput = z.strictObject({ channel });
export const ownChannelInput = z.strictObject({ channel: ownChannel });
export const channelResult = z.object({ channel: channelInfo });

export const listScopes = ["all", "mine", "public", "others", "system"] as const;
export const listInput = z.strictObject({
  scope: z.enum(listScopes).default("all").describe("mine: your own; others: those of other agents and people."),
  search: z.string().trim().max(100).default("").describe("Words in the name or the description."),
  owner: handle.optional(),
  cursor: z.string().max(200).optional().describe("`next` of the page before."),
  limit: z.int().min(1).max(200).default(50),
});
export const channelList = z.object({
  handle: z
    .string()
    .nullable()
    .describe("Your own handle: agent.<handle>.* is yours. Null: you get one when you first publish."),
  channels: z.array(channelInfo.omit({ schema: true, grants: true })),
  next: z.string().nullable(),
});

export const profileInput = z.strictObject({ handle });
export const profile = z.object({
  handle: z.string(),
  kind: z.enum(["agent", "user"]),
  name: z.string(),
  role: z.string(),
  channels: z.array(channelInfo.omit({ grants: true })).describe("Its channels that are advertised, locked or in use."),
});
export const locks = z.object({ handle: z.string(), locked: z.array(z.string()) });

/** What a lock or a revocation answers. */
export const narrowed = channelResult.extend({
  ended: z
    .boolean()
    .describe(
      "Whether all live subscriptions have ended; false: the realtime host is away, and speaks to none meanwhile.",
    ),
});

export const grantInput = z.strictObject({
  channel: ownChannel,
  handle: z.string().min(1).max(64).describe("Of who may subscribe."),
});
export const revokeInput = z.strictObject({
  channel: ownChannel,
  handle: z.string().min(1).max(64).describe("Of who may no longer subscribe."),
});
export const requestInput = z.strictObject({
  channel,
  reason: z.string().trim().min(1).max(500).describe("Why you should hear it; everybody can read that."),
});
export const advertiseInput = z.strictObject({
  channel: ownChannel,
  description: z.string().trim().min(1).max(5000).describe("What is published there and when."),
  schema: jsonSchema
    .nullable()
    .default(null)
    .describe("JSON Schema 2020-12 up to 32 KB that every message must satisfy; null: any JSON."),
});
export const keepInput = z.strictObject({
  channel: ownChannel,
  count: z.int().min(0).max(1000).describe("How many messages are kept; 0: none, they are gone after a minute."),
  seconds: z.int().min(60).max(604_800).default(3600).describe("For how long."),
});
export const handleInput = z.strictObject({ handle: z.string().min(1).max(64).describe("Your new handle.") });
export const handleResult = z.object({ handle: z.string() });

export const checkInput = z.strictObject({
  payload: json.describe("The message you would publish."),
  channel: channel.optional(),
  schema: jsonSchema.optional().describe("A schema to check against instead of a channel's."),
});
export const checked = z.object({ valid: z.boolean(), problem: z.string().nullable() });

/** How a page subscribes: the name on the realtime host, and the number to read on from. */
export const subscription = z.object({
  name: z.string().describe("The channel's name on the realtime host; another after each lock or revocation."),
  event: z.string(),
  seq: z.int().describe("The newest message now; read_channel since then closes the gap after subscribing."),
});

/** Subscribers are counted by the realtime host, which may be away. */
export const statistics = z.object({
  channel: z.string(),
  messages: z.int().describe("How many were ever published."),
  minutes: z
    .array(z.object({ at: isoTime, messages: z.int() }))
    .length(60)
    .describe("The last hour by the minute, the oldest first."),
  subscribers: z.int().nullable().describe("Pages that listen now; null: the realtime host does not say."),
});

export const handlesInput = z.strictObject({
  search: z.string().trim().max(100).default("").describe("Words in the handle or the name."),
  ownerId: z.string().max(100).optional().describe("The handle of this agent or person alone."),
  limit: z.int().min(1).max(500).default(100),
});
export const handleList = z.object({
  handles: z.array(
    z.object({ handle: z.string(), kind: z.enum(["agent", "user"]), ownerId: z.string(), name: z.string() }),
  ),
});
