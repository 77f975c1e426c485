import { connectPusher, type PushClient } from "#server/realtime/pusher.ts";
import Pusher from "pusher";
import PusherJs, { type Channel } from "pusher-js";
import { WebSocket } from "ws";
import { app } from "./credentials.ts";
import { createPusherServer, type PusherServer, type PusherServerOptions } from "../server.ts";

export { app };

export interface Harness {
  readonly server: PusherServer;
  readonly port: number;
  readonly url: string;
  /** The official library as it is. */
  readonly pusher: Pusher;
  /** The product's own client. */
  readonly push: PushClient;
  browser(userId: string): PusherJs;
  raw(query?: string): RawClient;
  stop(): Promise<void>;
}

/** A server on a port of its own, with the real libraries pointed at it. */
export async function startServer(options: Partial<PusherServerOptions> = {}): Promise<Harness> {
  const server = createPusherServer({ app, allowedOrigins: ["https://entourage.example"], ...options });
  const port = await server.listen(0, "127.0.0.1");
  const clients = clientsOf(port);
  return {
    ...clients,
    server,
    async stop() {
      clients.stop();
      await server.close();
    },
  };
}

/** The real libraries, pointed at a server on this machine. */
export function clientsOf(port: number) {
  const address = { appId: app.id, key: app.key, secret: app.secret, host: "127.0.0.1", useTLS: false };
  const push = connectPusher({ ...address, port });
  const clients: { end(): void }[] = [];
  const url = `ws://127.0.0.1:${port}/app/${app.key}`;
  return {
    port,
    url,
    push,
    pusher: new Pusher({ ...address, port: String(port) }),
    browser(userId: string) {
      const client = openBrowser(port, push, userId);
      clients.push({ end: () => client.disconnect() });
      return client;
    },
    raw(query = "?protocol=7") {
      const client = new RawClient(url + query);
      clients.push({ end: () => client.socket.terminate() });
      return client;
    },
    stop() {
      for (const client of clients) client.end();
      push.close();
    },
  };
}

function openBrowser(port: number, push: PushClient, userId: string): PusherJs {
  return new PusherJs(app.key, {
    cluster: "",
    wsHost: "127.0.0.1",
    wsPort: port,
    forceTLS: false,
    enabledTransports: ["ws"],
    disableStats: true,
    channelAuthorization: {
      transport: "ajax",
      endpoint: "",
      customHandler: ({ socketId, channelName }, callback) =>
        callback(
          null,
          push.authorizeChannel({
            socketId,
            channel: channelName,
            userId,
            askedAt: new Date(),
            userInfo: { name: userId },
          }),
        ),
    },
    userAuthentication: {
      transport: "ajax",
      endpoint: "",
      customHandler: ({ socketId }, callback) =>
        callback(null, push.authenticateUser({ socketId, userId, askedAt: new Date() })),
    },
  });
}

export interface Message {
  readonly event: string;
  readonly channel?: string;
  readonly data?: unknown;
}

/** A socket without a client library: sees every frame as it is. */
export class RawClient {
  readonly socket: WebSocket;
  readonly messages: Message[] = [];
  closed: { code: number; reason: string } | undefined;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(url, { headers });
    this.socket.on("error", () => {});
    this.socket.on("message", (text) => this.messages.push(JSON.parse(text.toString())));
    this.socket.on("close", (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  async next(event: string): Promise<Message> {
    return until(`a message ${event}`, () => this.messages.find((message) => message.event === event));
  }

  async socketId(): Promise<string> {
    const { data } = await this.next("pusher:connection_established");
    return JSON.parse(String(data)).socket_id;
  }

  async subscribe(channel: string, auth: object = {}): Promise<void> {
    await this.next("pusher:connection_established");
    this.send({ event: "pusher:subscribe", data: { channel, ...auth } });
    await until(`a subscription to ${channel}`, () =>
      this.messages.find(
        (message) => message.event === "pusher_internal:subscription_succeeded" && message.channel === channel,
      ),
    );
  }
}

/** Waits for a condition and returns what it found; fails naming what did not come. */
export async function until<Found>(
  what: string,
  find: () => Found | undefined | false | Promise<Found | undefined | false>,
): Promise<Found> {
  const deadlineMs = Date.now() + 30_000;
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadlineMs) throw new Error(`Waited 30 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

interface Emitter {
  bind(event: string, listener: (data: unknown) => void): unknown;
  unbind(event: string, listener: (data: unknown) => void): unknown;
}

/** The next event of a pusher-js channel, connection or user. */
export function once(emitter: Emitter, event: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Waited 30 s for ${event}`)), 30_000);
    const listener = (data: unknown) => {
      clearTimeout(timer);
      emitter.unbind(event, listener);
      resolve(data);
    };
    emitter.bind(event, listener);
  });
}

export async function subscribed(client: PusherJs, channel: string): Promise<Channel> {
  const subscription = client.subscribe(channel);
  await once(subscription, "pusher:subscription_succeeded");
  return subscription;
}
