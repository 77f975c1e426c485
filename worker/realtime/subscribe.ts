import { z } from "zod";
import {
  isChannelName,
  isOwnChannel,
  isPresence,
  isUserChannel,
  needsAuthorization,
  userChannel,
} from "./channel-names.ts";
import type { Channels } from "./channels.ts";
import type { Connection, Subscription } from "./connection.ts";
import type { Evictions } from "./evictions.ts";
import { subscriptionErrorFrame } from "./frames.ts";
import type { Limits, PusherApp } from "./limits.ts";
import { parseJson } from "./parse-json.ts";
import { channelAuth, isSame } from "./signature.ts";

export const subscribeRequest = z.object({
  channel: z.string(),
  auth: z.string().optional(),
  channel_data: z.string().optional(),
});
type SubscribeRequest = z.infer<typeof subscribeRequest>;

/** What the signed `channel_data` may say: whose authorization it is, what others see of them, and when it was asked for (ms since 1970). */
const channelData = z.object({
  user_id: z.union([z.string().min(1), z.number()]).transform(String),
  user_info: z.unknown().optional(),
  issued_at: z.number().optional(),
});
type ChannelData = z.infer<typeof channelData>;

interface Rules {
  readonly app: PusherApp;
  readonly limits: Limits;
  readonly channels: Channels;
  readonly evictions: Evictions;
}

interface Refusal {
  readonly type: string;
  readonly error: string;
  readonly status: number;
}

/** Answers a client's `pusher:subscribe`: it is subscribed, or told why not. */
export function subscribe(rules: Rules, connection: Connection, request: SubscribeRequest): void {
  if (connection.subscriptions.has(request.channel)) return;
  const decision = decide(rules, connection, request);
  if ("error" in decision) {
    const { type, error, status } = decision;
    connection.send(subscriptionErrorFrame(request.channel.slice(0, 220), type, error, status));
  } else rules.channels.join(connection, request.channel, decision);
}

function decide(rules: Rules, connection: Connection, request: SubscribeRequest): Subscription | Refusal {
  const { channel } = request;
  if (connection.subscriptions.size >= rules.limits.channelsPerConnection) {
    return {
      type: "LimitReached",
      error: `At most ${rules.limits.channelsPerConnection} channels per connection`,
      status: 4100,
    };
  }
  if (isUserChannel(channel)) {
    if (connection.userId !== undefined && channel === userChannel(connection.userId))
      return { userId: connection.userId };
    return unauthorized("Sign in as that user first");
  }
  if (!isChannelName(channel)) return { type: "InvalidChannel", error: "Invalid channel name", status: 4009 };
  if (!needsAuthorization(channel)) return {};
  return authorize(rules, connection, request);
}

function authorize(rules: Rules, connection: Connection, request: SubscribeRequest): Subscription | Refusal {
  const { channel, auth = "", channel_data } = request;
  const expected = channelAuth(rules.app, connection.id, channel, channel_data);
  if (!isSame(expected, auth))
    return unauthorized("The signature of this authorization is not right for this socket and channel");
  if (connection.spentAuths.has(auth)) return unauthorized("This authorization was revoked; ask for a new one");
  const data = channel_data === undefined ? undefined : readChannelData(channel_data);
  const outdated = whyOutdated(rules, channel, data);
  if (outdated !== undefined) return unauthorized(outdated);
  if (!isPresence(channel)) return { auth, userId: data?.user_id };
  return admitMember(rules, channel, auth, data, channel_data);
}

/** On the product's channels an authorization must carry its user and the time it was asked for; elsewhere it may. */
function whyOutdated(rules: Rules, channel: string, data: ChannelData | undefined): string | undefined {
  if (data?.issued_at === undefined) {
    return isOwnChannel(channel) ? "An authorization of this channel must name its user and its time" : undefined;
  }
  return rules.evictions.whyOutdated({ channel, userId: data.user_id, issuedMs: data.issued_at });
}

function admitMember(
  rules: Rules,
  channel: string,
  auth: string,
  data: ChannelData | undefined,
  text = "",
): Subscription | Refusal {
  if (!data) return unauthorized("A presence channel needs channel_data with a user_id");
  if (Buffer.byteLength(text) > rules.limits.memberBytes) {
    return { type: "LimitReached", error: `channel_data may have ${rules.limits.memberBytes} bytes`, status: 4301 };
  }
  const isFull = rules.channels.memberCount(channel) >= rules.limits.membersPerPresenceChannel;
  if (isFull && !rules.channels.hasMember(channel, data.user_id)) {
    return {
      type: "LimitReached",
      error: `At most ${rules.limits.membersPerPresenceChannel} members per presence channel`,
      status: 4100,
    };
  }
  return { auth, userId: data.user_id, member: { user_id: data.user_id, user_info: data.user_info } };
}

function readChannelData(text: string): ChannelData | undefined {
  const parsed = channelData.safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

function unauthorized(error: string): Refusal {
  return { type: "AuthError", error, status: 401 };
}
