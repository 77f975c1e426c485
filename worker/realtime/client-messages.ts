import { z } from "zod";
import { acceptsClientEvents, userChannel } from "./channel-names.ts";
import type { Channels } from "./channels.ts";
import type { Connection } from "./connection.ts";
import type { Evictions } from "./evictions.ts";
import { errorFrame, messageFrame, pongFrame } from "./frames.ts";
import type { Limits, PusherApp } from "./limits.ts";
import { parseJson } from "./parse-json.ts";
import { isSame, userAuth } from "./signature.ts";
import { subscribe, subscribeRequest } from "./subscribe.ts";
import type { Watchlists } from "./watchlists.ts";
import type { Report } from "./webhooks.ts";

export interface Protocol {
  readonly app: PusherApp;
  readonly limits: Limits;
  readonly channels: Channels;
  readonly evictions: Evictions;
  readonly watchlists: Watchlists;
  readonly report: Report;
}

const envelope = z.object({ event: z.string(), channel: z.string().optional(), data: z.unknown().optional() });
type Envelope = z.infer<typeof envelope>;

const unsubscribeRequest = z.object({ channel: z.string() });
const signInRequest = z.object({ auth: z.string(), user_data: z.string() });
const userData = z.object({
  id: z.string().min(1).max(200),
  issued_at: z.number().optional(),
  watchlist: z.array(z.string().min(1).max(200)).optional(),
});

/** Handles one message of a client. What is malformed is answered, never thrown. */
export function receive(protocol: Protocol, connection: Connection, text: string): void {
  if (connection.messages.exceeds(protocol.limits.messagesPerSecond)) {
    return connection.close(4100, `More than ${protocol.limits.messagesPerSecond} messages a second`);
  }
  const message = envelope.safeParse(parseJson(text));
  if (!message.success) return refuse(connection, "A message is JSON with an event name");
  const { event } = message.data;
  if (event.startsWith("client-")) return clientEvent(protocol, connection, message.data);
  const data = typeof message.data.data === "string" ? parseJson(message.data.data) : message.data.data;
  switch (event) {
    case "pusher:ping":
      return connection.send(pongFrame);
    case "pusher:pong":
      return;
    case "pusher:subscribe":
      return withData(connection, subscribeRequest, data, (request) => subscribe(protocol, connection, request));
    case "pusher:unsubscribe":
      return withData(connection, unsubscribeRequest, data, ({ channel }) =>
        protocol.channels.leave(connection, channel),
      );
    case "pusher:signin":
      return withData(connection, signInRequest, data, (request) => signIn(protocol, connection, request));
    default:
      return refuse(
        connection,
        "Clients send pusher:subscribe, pusher:unsubscribe, pusher:signin, pusher:ping and client- events",
      );
  }
}

function withData<Data>(
  connection: Connection,
  schema: z.ZodType<Data>,
  data: unknown,
  handle: (data: Data) => void,
): void {
  const parsed = schema.safeParse(data);
  if (parsed.success) handle(parsed.data);
  else refuse(connection, z.prettifyError(parsed.error).slice(0, 200));
}

function signIn(protocol: Protocol, connection: Connection, request: z.infer<typeof signInRequest>): void {
  const { app, evictions, limits, watchlists } = protocol;
  const isSigned = isSame(userAuth(app, connection.id, request.user_data), request.auth);
  const user = userData.safeParse(isSigned ? parseJson(request.user_data) : undefined);
  if (!user.success) return connection.close(4009, "Connection is unauthorized");
  if (connection.userId !== undefined && connection.userId !== user.data.id) {
    return connection.close(4009, "Connection is signed in as another user");
  }
  const { id: userId, issued_at: issuedMs, watchlist = [] } = user.data;
  const outdated =
    issuedMs === undefined ? undefined : evictions.whyOutdated({ channel: userChannel(userId), userId, issuedMs });
  if (outdated !== undefined) return connection.close(4009, outdated);
  connection.userId = userId;
  const data = JSON.stringify({ user_data: request.user_data });
  connection.send(messageFrame({ event: "pusher:signin_success", data }));
  if (watchlists.isKnown(connection)) return;
  const isTooLong = watchlist.length > limits.watchlistUsers;
  if (isTooLong) connection.send(errorFrame(4302, `A watchlist may have ${limits.watchlistUsers} users`));
  watchlists.enter(connection, userId, isTooLong ? [] : watchlist);
}

function clientEvent({ limits, channels, report }: Protocol, connection: Connection, message: Envelope): void {
  const { event, channel = "", data } = message;
  const subscription = connection.subscriptions.get(channel);
  if (!subscription) return refuse(connection, "Subscribe to the channel before you send events to it");
  if (!acceptsClientEvents(channel)) return refuse(connection, "Clients cannot send events to this channel");
  if (event.length > 200) return refuse(connection, "An event name may have 200 characters");
  if (Buffer.byteLength(JSON.stringify(data) ?? "") > limits.dataBytes) {
    return refuse(connection, `The data of an event may have ${limits.dataBytes} bytes`);
  }
  if (connection.clientEvents.exceeds(limits.clientEventsPerSecond)) {
    return connection.send(errorFrame(4301, `At most ${limits.clientEventsPerSecond} client events a second`));
  }
  const userId = subscription.member?.user_id;
  channels.publish(channel, event, data, { exceptSocketId: connection.id, userId });
  const text = typeof data === "string" ? data : (JSON.stringify(data) ?? "");
  const sender = { socket_id: connection.id, ...(userId !== undefined && { user_id: userId }) };
  report({ name: "client_event", channel, event, data: text, ...sender });
}

function refuse(connection: Connection, message: string): void {
  connection.send(errorFrame(null, message));
}
