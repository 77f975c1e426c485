import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { isChannelName, isPresence, isUserChannel, keepsLastEvent } from "./channel-names.ts";
import type { Protocol } from "./client-messages.ts";
import type { Nodes } from "./nodes/nodes.ts";
import { parseJson } from "./parse-json.ts";
import type { Replays } from "./replays.ts";
import { whyUnsigned } from "./signature.ts";

/** Everything the HTTP API needs besides channels: the users' connections, which it can end. */
export interface HttpApi extends Protocol {
  terminate(userId: string): number;
  readonly nodes: Nodes;
  readonly replays: Replays;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface ApiRequest {
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/**
 * Pusher's HTTP API, signed with the application's secret, and one extension:
 * `POST /apps/:id/channels/:name/evict?user_id=U` ends at once all subscriptions to the channel (or those of one user).
 * Clients get `pusher:subscription_error` with status 403, and authorizations from before it are worth nothing.
 * That and the end of a user's connections are answered when all nodes have done it; `everywhere: false` says that this
 * one is cut off from the others, who may not have heard.
 */
export async function answerApi(api: HttpApi, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await handle(api, request);
  const text = JSON.stringify(answer.body);
  // What is left of a body that is too large is not worth waiting for.
  if (answer.status === 413) response.setHeader("connection", "close");
  response.writeHead(answer.status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

async function handle(api: HttpApi, request: IncomingMessage): Promise<Answer> {
  const [path = "", search = ""] = (request.url ?? "").split("?", 2);
  const [, appId, route] = /^\/apps\/([^/]+)\/(.+)$/.exec(path) ?? [];
  if (appId !== api.app.id || route === undefined) return refusal(404, "no such application or path");
  const body = await readBody(request, api.limits.requestBytes);
  if (!body) return refusal(413, `a request may have ${api.limits.requestBytes} bytes`);
  const query = new URLSearchParams(search);
  const method = request.method ?? "GET";
  const clock = { nowSeconds: Date.now() / 1_000, toleranceSeconds: api.limits.requestClockSeconds };
  const unsigned = whyUnsigned(api.app, { method, path, query, body }, clock);
  if (unsigned !== undefined) return refusal(401, unsigned);
  // Reading twice is harmless.
  if (method !== "GET") {
    const signature = query.get("auth_signature") ?? "";
    if (api.replays.isReplay(signature)) return refusal(401, "this request was made before; sign a new one");
    api.nodes.say({ type: "signed", signature });
  }
  const parsed = parseJson(body.toString("utf8"));
  if (body.length > 0 && parsed === undefined) return refusal(400, "the body is not JSON");
  return dispatch(api, `${method} ${route}`, { query, body: parsed });
}

function dispatch(api: HttpApi, route: string, request: ApiRequest): Answer | Promise<Answer> {
  if (route === "POST events") return trigger(api, request);
  if (route === "POST batch_events") return triggerBatch(api, request);
  if (route === "GET channels") return listChannels(api, request);
  const [, method, noun, name = "", verb] = /^(GET|POST) (channels|users)\/([^/]+)(?:\/(\w+))?$/.exec(route) ?? [];
  switch (`${method} ${noun} ${verb}`) {
    case "GET channels undefined":
      return describeChannel(api, decode(name), request);
    case "GET channels users":
      return listUsers(api, decode(name));
    case "POST channels evict":
      return evict(api, decode(name), request);
    case "POST users terminate_connections":
      return terminate(api, decode(name));
    default:
      return refusal(404, "no such path");
  }
}

const eventName = z.string().min(1).max(200);
const channelName = z.string().refine((name) => isChannelName(name) || isUserChannel(name), "invalid channel name");
const data = z.string({ error: "data must be a string" });
const single = z.object({
  name: eventName,
  channel: channelName,
  data,
  socket_id: z.string().optional(),
  info: z.string().optional(),
});
const multiple = single
  .omit({ channel: true })
  .extend({ channel: channelName.optional(), channels: z.array(channelName).min(1).optional() });
const batch = z.object({ batch: z.array(single).min(1) });

function trigger(api: HttpApi, request: ApiRequest): Answer {
  const parsed = multiple.safeParse(request.body);
  if (!parsed.success) return refusal(400, z.prettifyError(parsed.error));
  const event = parsed.data;
  const channels = event.channels ?? (event.channel === undefined ? [] : [event.channel]);
  if (channels.length === 0) return refusal(400, "name a channel, or channels");
  if (channels.length > api.limits.channelsPerTrigger)
    return refusal(400, `at most ${api.limits.channelsPerTrigger} channels`);
  if (isTooLarge(api, event.data)) return refusal(413, `the data of an event may have ${api.limits.dataBytes} bytes`);
  for (const channel of channels)
    api.channels.publish(channel, event.name, event.data, { exceptSocketId: event.socket_id });
  if (event.info === undefined) return { status: 200, body: {} };
  const wanted = wantedOf(event.info);
  return {
    status: 200,
    body: { channels: Object.fromEntries(channels.map((name) => [name, attributes(api, name, wanted)])) },
  };
}

function triggerBatch(api: HttpApi, request: ApiRequest): Answer {
  const parsed = batch.safeParse(request.body);
  if (!parsed.success) return refusal(400, z.prettifyError(parsed.error));
  const events = parsed.data.batch;
  if (events.length > api.limits.eventsPerBatch)
    return refusal(400, `at most ${api.limits.eventsPerBatch} events in a batch`);
  if (events.some((event) => isTooLarge(api, event.data)))
    return refusal(413, `the data of an event may have ${api.limits.dataBytes} bytes`);
  for (const event of events)
    api.channels.publish(event.channel, event.name, event.data, { exceptSocketId: event.socket_id });
  if (!events.some((event) => event.info !== undefined)) return { status: 200, body: {} };
  return {
    status: 200,
    body: { batch: events.map((event) => attributes(api, event.channel, wantedOf(event.info ?? ""))) },
  };
}

function listChannels(api: HttpApi, { query }: ApiRequest): Answer {
  const prefix = query.get("filter_by_prefix") ?? "";
  const wanted = wantedOf(query.get("info") ?? "");
  if (wanted.includes("user_count") && !isPresence(prefix)) {
    return refusal(400, "user_count may be asked for with filter_by_prefix=presence- only");
  }
  const names = api.channels.occupied(prefix);
  return {
    status: 200,
    body: { channels: Object.fromEntries(names.map((name) => [name, attributes(api, name, wanted)])) },
  };
}

function describeChannel(api: HttpApi, name: string, { query }: ApiRequest): Answer {
  const wanted = wantedOf(query.get("info") ?? "");
  if (wanted.includes("user_count") && !isPresence(name))
    return refusal(400, "user_count is known for presence channels only");
  return { status: 200, body: { occupied: api.channels.isOccupied(name), ...attributes(api, name, wanted) } };
}

function listUsers(api: HttpApi, name: string): Answer {
  if (!isPresence(name)) return refusal(400, "users are known for presence channels only");
  return { status: 200, body: { users: api.channels.describe(name).userIds.map((id) => ({ id })) } };
}

async function evict(api: HttpApi, name: string, { query }: ApiRequest): Promise<Answer> {
  const userId = query.get("user_id") ?? undefined;
  api.evictions.revokeChannel(name, userId);
  const evicted = api.channels.evict(name, userId);
  const everywhere = await api.nodes.everywhere({ type: "evict", channel: name, userId });
  return { status: 200, body: { evicted, everywhere } };
}

async function terminate(api: HttpApi, userId: string): Promise<Answer> {
  api.evictions.revokeUser(userId);
  api.terminate(userId);
  return { status: 200, body: { everywhere: await api.nodes.everywhere({ type: "terminate", userId }) } };
}

function attributes(api: HttpApi, name: string, wanted: readonly string[]): Record<string, unknown> {
  if (wanted.length === 0) return {};
  const state = api.channels.describe(name);
  const { cached } = state;
  return {
    ...(wanted.includes("user_count") && isPresence(name) ? { user_count: state.userIds.length } : {}),
    ...(wanted.includes("subscription_count") ? { subscription_count: state.subscriptionCount } : {}),
    ...(wanted.includes("cache") && keepsLastEvent(name)
      ? { cache: cached ? { data: cached.data, ttl: cached.secondsLeft } : null }
      : {}),
  };
}

function wantedOf(info: string): string[] {
  return info.split(",").filter((attribute) => attribute !== "");
}

function isTooLarge(api: HttpApi, text: string): boolean {
  return Buffer.byteLength(text) > api.limits.dataBytes;
}

function refusal(status: number, error: string): Answer {
  return { status, body: { error } };
}

/** Reads at most that many bytes; nothing when there are more. */
async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Left open on return, so that the refusal can still be written.
  const parts: AsyncIterable<unknown> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of parts) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > limitBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
