import { createHmac, randomUUID } from "node:crypto";
import {
  createMcpHandler,
  isInitializeRequest,
  isLegacyRequest,
  type McpServer,
  type ServerEvent,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { principalOf } from "#server/context.ts";
import type { Caller } from "#server/door.ts";
import { openWatching } from "#server/events/watching.ts";
import { openSecrets } from "#server/keyring.ts";
import type { OpenRuntime } from "#server/runtime.ts";
import { createEventStore } from "./event-store.ts";
import type { Extras } from "./extras.ts";
import { urisOf } from "./resources.ts";
import { createSurface, type SurfaceOptions } from "./surface.ts";

/** Somebody who came through the door, and how to see whether they still would. */
export interface Guest extends Caller {
  isStillWelcome: () => Promise<boolean>;
}

interface Session {
  server: McpServer;
  transport: WebStandardStreamableHTTPServerTransport;
  /** Whose it is; an id of a session opens it to nobody else. */
  principal: string;
  /** As whom its next request acts: found anew for each. */
  guest: Guest;
  /** Addresses that its client watches. */
  watched: Set<string>;
  unwatch?: () => void;
}

const MOST_SESSIONS = 2_000;
const MOST_STREAMS = 2_000;
const MOST_WATCHED = 500;
/** How soon a client of the older era should come back to a stream that ended. */
const RETRY_MS = 1_000;

/**
 * The whole protocol by its library, both eras on one address: discovery, the older handshake with its sessions, ping,
 * subscriptions, and every refusal. Tool calls in an unusual form end here too and are answered from the same table.
 */
export function createProtocol(runtime: OpenRuntime, extras: Extras | undefined) {
  const sessions = new Map<string, Session>();
  const guests = new WeakMap<Request, Guest>();
  const subscriptions = openWatching(runtime);
  const listening = new Set<(event: ServerEvent) => void>();
  const options: SurfaceOptions = {
    stateKey: createHmac("sha256", openSecrets(runtime.config.dataDir).authSecret).update("mcp request state").digest(),
    extras,
    changed: (list) => {
      const kind = list === "tools" ? "tools_list_changed" : "prompts_list_changed";
      for (const listener of listening) listener({ kind });
    },
  };
  const handlerOptions = { onerror: (error: Error) => runtime.log.debug({ error }, "mcp request refused") };
  const stateless = createMcpHandler(({ requestInfo }) => {
    const guest = requestInfo && guests.get(requestInfo);
    if (!guest) throw new Error("a request without a caller");
    return createSurface(() => guest, options);
  }, handlerOptions);

  return async function serve(request: Request, body: unknown, guest: Guest): Promise<Response> {
    guests.set(request, guest);
    const isLegacy = request.method !== "POST" || (await isLegacyRequest(request, body));
    if (!isLegacy)
      return isListen(body) ? listen(request, body, guest) : stateless.fetch(request, { parsedBody: body });
    const id = request.headers.get("mcp-session-id");
    if (id) return inSession(id, request, body, guest);
    if (isInitializeRequest(body)) return begin(request, body, guest);
    return stateless.fetch(request, request.method === "POST" ? { parsedBody: body } : {});
  };

  /**
   * A stream of changes of the newer era. Each has a handler of its own, so that what it hears is what its own caller
   * may: the addresses of one organization are not told apart from those of another by their words.
   */
  async function listen(request: Request, body: unknown, guest: Guest): Promise<Response> {
    if (listening.size >= MOST_STREAMS)
      return refusal(503, -32603, "Too many open streams in this process. Try again in a minute.");
    const early: ServerEvent[] = [];
    let hear: (event: ServerEvent) => void = (event) => early.push(event);
    const tell = (event: ServerEvent) => hear(event);
    const end = () => void handler.close();
    const unwatch = await subscriptions.watch({
      actor: guest.actor,
      happened: (change) => urisOf(change).forEach((uri) => tell({ kind: "resource_updated", uri })),
      isStillWelcome: () => guest.isStillWelcome(),
      end,
    });
    listening.add(tell);
    const stop = () => {
      listening.delete(tell);
      unwatch();
    };
    const bus = {
      publish: () => {},
      subscribe(listener: (event: ServerEvent) => void) {
        hear = listener;
        for (const event of early.splice(0)) listener(event);
        return stop;
      },
    };
    const handler = createMcpHandler(() => createSurface(() => guest, options), { ...handlerOptions, bus });
    const response = await handler.fetch(request, { parsedBody: body });
    // Refused, or nothing to listen for: nobody subscribed, and nobody will.
    if (response.headers.get("content-type") !== "text/event-stream") stop();
    request.signal.addEventListener("abort", stop, { once: true });
    return response;
  }

  function inSession(id: string, request: Request, body: unknown, guest: Guest): Response | Promise<Response> {
    const session = sessions.get(id);
    if (session?.principal !== principalOf(guest.actor)) return noSession();
    session.guest = guest;
    sessions.delete(id);
    sessions.set(id, session);
    return session.transport.handleRequest(request, { parsedBody: body });
  }

  async function begin(request: Request, body: unknown, guest: Guest): Promise<Response> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: createEventStore(),
      retryInterval: RETRY_MS,
      onsessioninitialized: (id) => keep(id),
    });
    const watch = { add: (uri: string) => watchIn(session, uri), remove: (uri: string) => unwatchIn(session, uri) };
    const server = createSurface(() => session.guest, { ...options, watch });
    const session: Session = { server, transport, principal: principalOf(guest.actor), guest, watched: new Set() };
    const keep = (id: string) => {
      sessions.set(id, session);
      const [oldest] = sessions;
      if (oldest && sessions.size > MOST_SESSIONS) void oldest[1].server.close();
    };
    transport.onclose = () => {
      session.unwatch?.();
      if (transport.sessionId) sessions.delete(transport.sessionId);
    };
    await server.connect(transport);
    return transport.handleRequest(request, { parsedBody: body });
  }

  async function watchIn(session: Session, uri: string): Promise<void> {
    if (session.watched.size >= MOST_WATCHED) return;
    session.watched.add(uri);
    session.unwatch ??= await subscriptions.watch({
      actor: session.guest.actor,
      happened: (change) => {
        for (const uri of urisOf(change))
          if (session.watched.has(uri)) void session.server.server.sendResourceUpdated({ uri });
      },
      isStillWelcome: () => session.guest.isStillWelcome(),
      end: () => void session.server.close(),
    });
  }

  function unwatchIn(session: Session, uri: string): void {
    session.watched.delete(uri);
    if (session.watched.size > 0) return;
    session.unwatch?.();
    delete session.unwatch;
  }
}

const isListen = (body: unknown): boolean =>
  typeof body === "object" && body !== null && "method" in body && body.method === "subscriptions/listen";

const noSession = () => refusal(404, -32001, "Session not found. Send initialize again.");

function refusal(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status });
}
