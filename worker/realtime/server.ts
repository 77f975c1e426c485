import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { Channels } from "./channels.ts";
import { Evictions } from "./evictions.ts";
import { answerApi } from "./http-api.ts";
import { defaultLimits, type Limits, type PusherApp } from "./limits.ts";
import type { Bus } from "./nodes/bus.ts";
import { Nodes, type NodeTimes } from "./nodes/nodes.ts";
import { serveNodes } from "./nodes/serve-nodes.ts";
import { Replays } from "./replays.ts";
import { type Log, Sockets } from "./sockets.ts";
import { Watchlists } from "./watchlists.ts";
import { startWebhooks, type WebhookOptions } from "./webhooks.ts";

export interface PusherServerOptions {
  readonly app: PusherApp;
  /** Origins of pages that may connect, such as `https://entourage.example`; `*` is any. A client that sends no Origin is not a page. */
  readonly allowedOrigins: readonly string[];
  readonly limits?: Partial<Limits>;
  readonly log?: Log;
  /** The address that limits are counted by. Behind a proxy the caller, who knows which hops to believe, passes its own. */
  readonly addressOf?: (request: IncomingMessage) => string;
  /** Answers `/metrics`, where somebody wants to. */
  readonly metrics?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Who else lives on this port (terminals, previews): the first that takes a request has it. */
  readonly others?: readonly OtherDoor[];
  /** Where to report what happens on channels, as Pusher's webhooks do. */
  readonly webhooks?: Pick<WebhookOptions, "url" | "gatherMs" | "pausesMs"> | undefined;
  /** Whether a request came over TLS; where it is asked and did not, the client is told to. */
  readonly isSecure?: ((request: IncomingMessage) => boolean) | undefined;
  /** False while nobody is to connect. */
  readonly isEnabled?: (() => boolean) | undefined;
  /** What it shares with other nodes; without it, it is the only one. */
  readonly bus?: Bus | undefined;
  readonly nodeTimes?: NodeTimes | undefined;
}

export interface OtherDoor {
  takes(request: IncomingMessage): boolean;
  handle?(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface PusherServerStats {
  readonly connections: number;
  readonly channels: number;
  readonly subscriptions: number;
  /** Frames handed to sockets, the writes they were joined into, and their bytes. */
  readonly frames: number;
  readonly writes: number;
  readonly bytes: number;
  readonly refused: number;
  readonly slowReadersCut: number;
  /** Other nodes that are heard. */
  readonly otherNodes: number;
}

export interface PusherServer {
  /** Listens and returns the port, which with port 0 the system has chosen. */
  listen(port: number, host: string): Promise<number>;
  /** Sends clients away with 4200 (reconnect at once), so that they find the next process, and stops. */
  close(): Promise<void>;
  stats(): PusherServerStats;
  /** Whether this node cannot hear the others: its own clients are served, and nobody else's. */
  isApart(): boolean;
  /** To be mounted on somebody else's HTTP server instead of `listen`. */
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

const silent: Log = { info() {}, warn() {}, error() {} };

/**
 * A server for the Pusher protocol 5 to 7 with its signed HTTP API, which the official libraries speak to as they are.
 * `/app/:key` takes WebSockets (also below `/realtime`), `/apps/:id/…` is the HTTP API, `/healthz` says that the process answers.
 */
export function createPusherServer(options: PusherServerOptions): PusherServer {
  if (!/^\d+$/.test(options.app.id)) throw new Error(`The realtime app id must be a number, not "${options.app.id}"`);
  const limits = { ...defaultLimits, ...options.limits };
  const log = options.log ?? silent;
  const onError = (error: unknown) => log.warn({ err: error }, "a realtime webhook was not delivered");
  const webhooks = options.webhooks && startWebhooks({ ...options.webhooks, app: options.app, onError });
  const report = webhooks?.report ?? (() => {});
  const nodes = new Nodes(options.bus, options.nodeTimes);
  const channels = new Channels(limits, report, nodes);
  const evictions = new Evictions(limits.authorizationSeconds);
  const watchlists = new Watchlists(nodes);
  const protocol = { app: options.app, limits, channels, evictions, watchlists, report };
  const addressOf = options.addressOf ?? ((request: IncomingMessage) => request.socket.remoteAddress ?? "");
  const { allowedOrigins, isSecure, isEnabled } = options;
  const sockets = new Sockets({ protocol, log, allowedOrigins, isSecure, isEnabled });
  const replays = new Replays(limits.requestClockSeconds);
  const api = { ...protocol, nodes, replays, terminate: (userId: string) => sockets.terminate(userId) };
  // Frames are shared between sockets and written past `ws`, so they cannot be compressed per socket.
  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: limits.messageBytes,
  });

  function handleRequest(request: IncomingMessage, response: ServerResponse): void {
    const other = options.others?.find((door) => door.handle && door.takes(request));
    if (other?.handle) return other.handle(request, response);
    if (request.url === "/healthz") {
      response.writeHead(200, { "content-type": "application/json" }).end('{"status":"ok"}');
      return;
    }
    if (request.url === "/metrics" && options.metrics) return options.metrics(request, response);
    answerApi(api, request, response).catch((error: unknown) => {
      // A caller that went away is not our fault; anything else is.
      if (!request.destroyed || request.complete) log.error({ err: error }, "realtime request failed");
      if (!response.headersSent) response.writeHead(500, { "content-type": "application/json" });
      response.end('{"error":"internal error"}');
    });
  }

  function handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const other = options.others?.find((door) => door.takes(request));
    if (other) return other.upgrade(request, socket, head);
    webSockets.handleUpgrade(request, socket, head, (webSocket) =>
      sockets.accept({ webSocket, socket, request, address: addressOf(request) }),
    );
  }

  const http = createServer(
    {
      headersTimeout: limits.headersSeconds * 1_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: limits.headersSeconds * 500,
    },
    handleRequest,
  );
  http.on("upgrade", handleUpgrade);

  return {
    handleRequest,
    handleUpgrade,
    async listen(port, host) {
      await serveNodes(nodes, { channels, evictions, watchlists, sockets, replays, report, log });
      return new Promise((resolve, reject) => {
        http.once("error", reject);
        http.listen(port, host, () => {
          http.off("error", reject);
          http.on("error", (error) => log.error({ err: error }, "realtime server failed"));
          resolve(portOf(http.address()));
        });
      });
    },
    async close() {
      await sockets.close();
      await nodes.close();
      await webhooks?.stop();
      http.closeAllConnections();
      if (http.listening) await new Promise<void>((resolve) => http.close(() => resolve()));
    },
    stats: () => ({
      ...sockets.stats(),
      ...{ channels: channels.size, subscriptions: channels.subscriptions, otherNodes: nodes.others },
    }),
    isApart: () => nodes.isApart(),
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("The realtime server has no port");
  return address.port;
}
