import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import ipaddr from "ipaddr.js";
import type { RawData, WebSocket } from "ws";
import { type Protocol, receive } from "./client-messages.ts";
import { Connection } from "./connection.ts";
import { errorFrame, establishedFrame } from "./frames.ts";
import { Outbox, Postman } from "./outbox.ts";

/** The part of a pino logger that is used here. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

interface Arrival {
  readonly webSocket: WebSocket;
  readonly socket: Duplex;
  readonly request: IncomingMessage;
  readonly address: string;
}

interface Refusal {
  readonly code: number;
  readonly reason: string;
}

/** How long clients get to answer our close before their sockets are cut. */
const closeGraceMs = 500;

/** All open connections: who may come in, who has gone silent, and how they end. */
export class Sockets {
  private readonly protocol: Protocol;
  private readonly log: Log;
  private readonly allowedOrigins: ReadonlySet<string>;
  private readonly isSecure: (request: IncomingMessage) => boolean;
  private readonly isEnabled: () => boolean;
  private readonly connections = new Set<Connection>();
  private readonly perAddress = new Map<string, number>();
  private readonly postman = new Postman();
  private readonly heartbeat: NodeJS.Timeout;
  private refused = 0;
  private slowReadersCut = 0;
  private isClosing = false;

  constructor(options: {
    protocol: Protocol;
    log: Log;
    allowedOrigins: readonly string[];
    isSecure?: ((request: IncomingMessage) => boolean) | undefined;
    isEnabled?: (() => boolean) | undefined;
  }) {
    this.isSecure = options.isSecure ?? (() => true);
    this.isEnabled = options.isEnabled ?? (() => true);
    this.protocol = options.protocol;
    this.log = options.log;
    this.allowedOrigins = new Set(options.allowedOrigins);
    const { activityTimeoutSeconds, pongTimeoutSeconds } = this.protocol.limits;
    const everyMs = Math.min(5_000, (Math.min(activityTimeoutSeconds, pongTimeoutSeconds) * 1_000) / 4);
    this.heartbeat = setInterval(() => this.askTheSilent(), everyMs).unref();
  }

  accept(arrival: Arrival): void {
    const { webSocket, socket, request, address } = arrival;
    // Without a listener, a frame against the protocol would end the process; `ws` closes the socket by itself.
    webSocket.on("error", () => {});
    const [path = "", search = ""] = (request.url ?? "").split("?", 2);
    const version = new URLSearchParams(search).get("protocol");
    const refusal =
      this.whyMalformed(path, version) ??
      this.whyNotServed(request) ??
      this.whyNotAdmitted(request.headers.origin, address);
    const outbox = new Outbox({
      socket,
      postman: this.postman,
      limits: this.protocol.limits,
      onOverflow: () => this.cutSlowReader(connection),
    });
    const connection = new Connection({
      socket: webSocket,
      outbox,
      protocol: Number(version ?? 0),
      onEnd: (ended) => {
        this.protocol.channels.leaveAll(ended);
        this.protocol.watchlists.leave(ended);
      },
    });
    if (refusal) return this.refuse(connection, refusal);
    this.welcome(connection, webSocket, address);
  }

  /** Ends all connections of a user; they may come back if nothing else stops them. */
  terminate(userId: string): number {
    const theirs = [...this.connections].filter((connection) => connection.belongsTo(userId));
    for (const connection of theirs) connection.close(4009, "The user's connections were terminated");
    return theirs.length;
  }

  /** Sends every client away for a moment: it comes back at once, is authorized anew, and reads what it missed. */
  sendAway(reason: string): void {
    for (const connection of [...this.connections]) connection.close(4200, reason);
  }

  stats() {
    const { refused, slowReadersCut } = this;
    return { connections: this.connections.size, refused, slowReadersCut, ...this.postman.counts };
  }

  async close(): Promise<void> {
    this.isClosing = true;
    clearInterval(this.heartbeat);
    for (const connection of this.connections) connection.close(4200, "The server restarts");
    const deadlineMs = Date.now() + closeGraceMs;
    while (this.connections.size > 0 && Date.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const connection of this.connections) connection.cut();
  }

  private whyMalformed(path: string, version: string | null): Refusal | undefined {
    const key = /^(?:\/realtime)?\/app\/([^/]+)$/.exec(path)?.[1];
    if (key === undefined) return { code: 4005, reason: "Path not found" };
    if (key !== this.protocol.app.key) return { code: 4001, reason: `App key ${key.slice(0, 40)} does not exist` };
    if (version === null) return { code: 4008, reason: "No protocol version supplied" };
    if (!/^\d{1,3}$/.test(version)) return { code: 4006, reason: "Invalid version string format" };
    if (Number(version) < 5 || Number(version) > 7)
      return { code: 4007, reason: "Unsupported protocol version; 5 to 7 are" };
    return undefined;
  }

  private whyNotServed(request: IncomingMessage): Refusal | undefined {
    if (!this.isSecure(request)) return { code: 4000, reason: "Only TLS is accepted; connect with wss://" };
    if (!this.isEnabled()) return { code: 4003, reason: "Realtime is switched off" };
    if (this.connections.size >= this.protocol.limits.connectionQuota)
      return { code: 4004, reason: "Over the connection quota" };
    return undefined;
  }

  private whyNotAdmitted(origin: string | undefined, address: string): Refusal | undefined {
    if (origin !== undefined && !this.allowedOrigins.has(origin) && !this.allowedOrigins.has("*")) {
      this.log.warn({ origin }, "realtime connection from an origin that is not allowed");
      return { code: 4009, reason: "Pages of this origin may not connect" };
    }
    const { connections, connectionsPerAddress } = this.protocol.limits;
    if (this.isClosing || this.connections.size >= connections) return { code: 4100, reason: "Over capacity" };
    const isCrowded = (this.perAddress.get(address) ?? 0) >= connectionsPerAddress;
    if (isCrowded && !isLoopback(address)) return { code: 4100, reason: "Too many connections from your address" };
    return undefined;
  }

  private refuse(connection: Connection, { code, reason }: Refusal): void {
    this.refused += 1;
    connection.close(code, reason);
  }

  private welcome(connection: Connection, webSocket: WebSocket, address: string): void {
    this.connections.add(connection);
    this.perAddress.set(address, (this.perAddress.get(address) ?? 0) + 1);
    webSocket.on("close", () => this.forget(connection, address));
    webSocket.on("ping", () => connection.heard());
    webSocket.on("pong", () => connection.heard());
    webSocket.on("message", (message, isBinary) => this.hear(connection, message, isBinary));
    connection.send(establishedFrame(connection.id, this.protocol.limits.activityTimeoutSeconds));
  }

  private hear(connection: Connection, message: RawData, isBinary: boolean): void {
    if (connection.isEnding) return;
    connection.heard();
    if (isBinary || !Buffer.isBuffer(message)) return connection.send(errorFrame(null, "Messages are text frames"));
    try {
      receive(this.protocol, connection, message.toString());
    } catch (error) {
      // One client's message must never end the others' connections.
      this.log.error({ err: error, socketId: connection.id }, "realtime message failed");
      connection.send(errorFrame(null, "internal error"));
    }
  }

  private forget(connection: Connection, address: string): void {
    this.connections.delete(connection);
    this.protocol.channels.leaveAll(connection);
    this.protocol.watchlists.leave(connection);
    const left = (this.perAddress.get(address) ?? 1) - 1;
    if (left > 0) this.perAddress.set(address, left);
    else this.perAddress.delete(address);
  }

  private cutSlowReader(connection: Connection): void {
    this.slowReadersCut += 1;
    this.log.warn({ socketId: connection.id }, "realtime connection cut: it does not read what it is sent");
    connection.cut();
  }

  private askTheSilent(): void {
    const { activityTimeoutSeconds, pongTimeoutSeconds } = this.protocol.limits;
    const nowMs = Date.now();
    for (const connection of this.connections) {
      if (connection.isEnding) continue;
      if (connection.pingedMs !== undefined) {
        if (nowMs - connection.pingedMs > pongTimeoutSeconds * 1_000) connection.close(4201, "Pong reply not received");
      } else if (nowMs - connection.lastHeardMs > activityTimeoutSeconds * 1_000) connection.ping(nowMs);
    }
  }
}

function isLoopback(address: string): boolean {
  return isIP(address) !== 0 && ipaddr.process(address).range() === "loopback";
}
