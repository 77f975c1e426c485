import { randomInt } from "node:crypto";
import type { WebSocket } from "ws";
import { errorFrame } from "./frames.ts";
import type { Outbox } from "./outbox.ts";

export interface Member {
  readonly user_id: string;
  readonly user_info?: unknown;
}

/** One connection's place in one channel. */
export interface Subscription {
  /** Whose authorization it rests on, where that named a user. */
  readonly userId?: string;
  readonly member?: Member;
  /** The signed string it was opened with; after an eviction it opens nothing any more. */
  readonly auth?: string;
}

/** A client's socket with what the protocol knows about it. */
export class Connection {
  readonly id = `${randomInt(1, 2 ** 40)}.${randomInt(1, 2 ** 40)}`;
  readonly subscriptions = new Map<string, Subscription>();
  /** Signed strings of evicted subscriptions: they would verify again, since they carry no date. */
  readonly spentAuths = new Set<string>();
  readonly messages = new RateWindow();
  readonly clientEvents = new RateWindow();
  userId: string | undefined;
  lastHeardMs = Date.now();
  pingedMs: number | undefined;
  isEnding = false;
  private readonly socket: WebSocket;
  private readonly outbox: Outbox;
  private readonly protocol: number;
  private readonly onEnd: (connection: Connection) => void;

  /** `onEnd` is called once, when the connection is no longer spoken to, which can be long before a silent peer's socket is gone. */
  constructor(options: {
    socket: WebSocket;
    outbox: Outbox;
    protocol: number;
    onEnd: (connection: Connection) => void;
  }) {
    this.socket = options.socket;
    this.outbox = options.outbox;
    this.protocol = options.protocol;
    this.onEnd = options.onEnd;
  }

  send(frame: Buffer): void {
    this.outbox.push(frame);
  }

  ping(nowMs: number): void {
    this.pingedMs = nowMs;
    this.socket.ping();
  }

  heard(): void {
    this.lastHeardMs = Date.now();
    this.pingedMs = undefined;
    this.outbox.cutWhenSlow();
  }

  /** Ends the connection; clients of protocol 5 read the code from an event, newer ones from the close frame. */
  close(code: number, reason: string): void {
    if (this.isEnding) return;
    if (this.protocol < 6) this.send(errorFrame(code, reason));
    this.outbox.flush();
    this.end();
    this.socket.close(code, reason.slice(0, 120));
  }

  /** Ends it without waiting for the peer. */
  cut(): void {
    this.end();
    this.socket.terminate();
  }

  /** Signed in as that user, or subscribed to anything on that user's authorization. */
  belongsTo(userId: string): boolean {
    if (this.userId === userId) return true;
    for (const subscription of this.subscriptions.values()) if (subscription.userId === userId) return true;
    return false;
  }

  private end(): void {
    if (this.isEnding) return;
    this.isEnding = true;
    this.outbox.shut();
    this.onEnd(this);
  }
}

/** Counts what happens inside the running second. */
class RateWindow {
  private second = 0;
  private count = 0;

  exceeds(limitPerSecond: number): boolean {
    const second = Math.floor(Date.now() / 1_000);
    if (second !== this.second) {
      this.second = second;
      this.count = 0;
    }
    this.count += 1;
    return this.count > limitPerSecond;
  }
}
