import { randomUUID } from "node:crypto";
import { parseJson } from "../parse-json.ts";
import { type Bus, noBus } from "./bus.ts";
import { type Departed, Directory } from "./directory.ts";
import { type Envelope, envelope, type NodeMessage, type NodeState, type RemoteEvent } from "./messages.ts";
import { Orders } from "./orders.ts";

/** In ms. `lease` must be well below `gone`: whom the others have given up on has then stopped listening to them. */
export interface NodeTimes {
  readonly beat: number;
  readonly lease: number;
  readonly gone: number;
}

const defaultTimes: NodeTimes = { beat: 400, lease: 2_000, gone: 3_200 };

const renewMs = 10_000;

/** What the server of this node does for the others. */
export interface NodeServer {
  state(): NodeState;
  deliver(event: RemoteEvent): void;
  keep(cached: NodeState["cached"]): void;
  signed(signature: string): void;
  evict(channel: string, userId: string | undefined): void;
  terminate(userId: string): void;
  /** A node ended without a word; this is the one that tells of it. */
  died(departed: Departed): void;
  /** Something another node said may not have been heard: clients must come back and read on. */
  missed(): void;
}

interface Neighbour {
  /** The last number heard; undefined where numbers may be missing through no fault of its. */
  seq: number | undefined;
  heardMs: number;
  /** The smallest difference between its clock and ours that was seen: what takes much longer has waited on the way. */
  offsetMs: number;
  isGone: boolean;
}

/**
 * This node among the others.
 *
 * A node holds a lease as long as it hears its own words come back on the line. Without it the node is apart: it serves
 * its own clients and refuses to hear the others, so that they may treat it as dead; when it is back it sends its clients
 * away, who come back at once, are authorized anew and read on from the log. The same happens when a number is missing.
 */
export class Nodes {
  readonly id = randomUUID();
  readonly directory = new Directory();
  private readonly bus: Bus;
  private readonly times: NodeTimes;
  private readonly orders: Orders;
  private readonly neighbours = new Map<string, Neighbour>();
  private server: NodeServer | undefined;
  private waiting: NodeMessage[] = [];
  private seq = 0;
  private heardSeq = 0;
  private heardSelfMs = Number.NEGATIVE_INFINITY;
  private isLapsed = false;
  private isClosing = false;
  private startedMs = Number.POSITIVE_INFINITY;
  private returnedMs = Number.NEGATIVE_INFINITY;
  private renewedMs = 0;
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(bus: Bus = noBus, times: NodeTimes = defaultTimes) {
    this.bus = bus;
    this.times = times;
    this.orders = new Orders((order) => this.say(order));
  }

  get others(): number {
    return [...this.neighbours.values()].filter(({ isGone }) => !isGone).length;
  }

  /** Whether this node cannot hear the others, be there any or not. */
  isApart(): boolean {
    return this.bus.kind !== "none" && performance.now() > this.heardSelfMs + this.times.lease;
  }

  /** Of all nodes that live, the one that speaks for all. */
  isFirst(): boolean {
    return [...this.neighbours].every(([id, { isGone }]) => isGone || this.id < id);
  }

  async start(server: NodeServer): Promise<void> {
    this.server = server;
    if (this.bus.kind === "none") return;
    await this.bus.start((text) => this.hear(text));
    this.heartbeat = setInterval(() => this.beat(), this.times.beat).unref();
    this.flush();
    // Clients that come before our own words are back would be sent away again.
    const deadlineMs = performance.now() + this.times.beat;
    while (this.isApart() && performance.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 5));
    this.startedMs = performance.now();
  }

  async close(): Promise<void> {
    clearInterval(this.heartbeat);
    // Orders that are open are let go, and must not look as if all had obeyed.
    this.isClosing = true;
    if (this.bus.kind === "none") return;
    this.waiting.push({ type: "bye" });
    this.flush();
    this.orders.close();
    await this.bus.close();
  }

  /** Tells the others, where there are any; those who come later are told everything. */
  say(message: NodeMessage): void {
    if (this.others === 0) return;
    if (this.waiting.push(message) === 1) setImmediate(() => this.flush());
  }

  /**
   * Has all other nodes do something. Resolves when each has done it or is known not to listen any more.
   * @returns false when this node is apart: then there may be others who will not do it.
   */
  async everywhere(
    order: { type: "evict"; channel: string; userId?: string | undefined } | Terminate,
  ): Promise<boolean> {
    if (this.bus.kind === "none") return true;
    const wasSure = this.isSure();
    const those = [...this.neighbours].filter(([, { isGone }]) => !isGone).map(([id]) => id);
    await this.orders.give({ ...order, id: randomUUID() }, those);
    return wasSure && this.isSure();
  }

  /** For a moment after the start and after a return, others may exist that were not heard yet. */
  private isSure(): boolean {
    return (
      !this.isClosing &&
      !this.isApart() &&
      this.sinceMs(Math.max(this.startedMs, this.returnedMs)) > 2 * this.times.beat
    );
  }

  private sinceMs(atMs: number): number {
    return performance.now() - atMs;
  }

  private beat(): void {
    const nowMs = performance.now();
    this.lapse();
    for (const [id, neighbour] of this.neighbours) {
      if (!neighbour.isGone && nowMs - neighbour.heardMs > this.times.gone) this.giveUp(id, neighbour);
      // Long enough to tell one that comes back from a new one.
      else if (nowMs - neighbour.heardMs > 600_000) this.neighbours.delete(id);
    }
    this.orders.repeat();
    this.flush();
    if (!this.isApart()) this.renewedMs = nowMs;
    else if (nowMs - this.renewedMs > renewMs) {
      this.renewedMs = nowMs;
      this.bus.renew();
    }
  }

  private flush(): void {
    const messages = this.waiting;
    this.waiting = [];
    this.seq += 1;
    const said: Envelope = { node: this.id, seq: this.seq, at: performance.now(), messages };
    this.bus.send(JSON.stringify(said));
  }

  private hear(text: string): void {
    const said = envelope.safeParse(parseJson(text));
    if (!said.success) return;
    if (said.data.node === this.id) this.hearSelf(said.data);
    else this.hearOther(said.data);
  }

  private hearSelf({ seq, at }: Envelope): void {
    if (performance.now() - at > this.times.lease) return;
    this.lapse();
    const isGap = this.heardSeq > 0 && seq !== this.heardSeq + 1;
    this.heardSeq = seq;
    this.heardSelfMs = at;
    if (!this.isLapsed && !isGap) return;
    this.isLapsed = false;
    this.returnedMs = performance.now();
    for (const neighbour of this.neighbours.values()) neighbour.seq = undefined;
    // Who was alone missed nothing, unless somebody is heard of in the next moment.
    if (this.neighbours.size > 0) this.server?.missed();
  }

  /** Notes that the lease ran out, also when nothing looked at the clock at that moment. */
  private lapse(): void {
    if (this.isApart() && this.heardSeq > 0) this.isLapsed = true;
  }

  private hearOther({ node, seq, at, messages }: Envelope): void {
    this.lapse();
    // The others may have given up on us: what they say now is not for our clients.
    if (this.isLapsed || this.isApart()) return;
    const nowMs = performance.now();
    const known = this.neighbours.get(node);
    const neighbour = known ?? { seq: undefined, heardMs: nowMs, offsetMs: nowMs - at, isGone: true };
    this.neighbours.set(node, neighbour);
    const isLate = nowMs - at - neighbour.offsetMs > this.times.lease;
    const isStranger = !known && this.sinceMs(this.returnedMs) < 2 * this.times.beat;
    const isGap = isStranger || (neighbour.seq !== undefined && seq !== neighbour.seq + 1);
    const isToTell = neighbour.isGone || neighbour.seq === undefined;
    neighbour.offsetMs = Math.min(neighbour.offsetMs, nowMs - at);
    Object.assign(neighbour, { seq, heardMs: nowMs, isGone: false });
    if (isToTell && this.server) this.say(this.server.state());
    if (isToTell || isGap) this.say({ type: "tell", node });
    // Before anything else it says: what was missing may have been the end of somebody's access.
    if (isLate || isGap) this.server?.missed();
    for (const message of messages) if (message && !(isLate && message.type === "event")) this.obey(node, message);
  }

  private obey(node: string, message: NodeMessage): void {
    const { directory, server } = this;
    switch (message.type) {
      case "event":
        return server?.deliver(message);
      case "evict":
        server?.evict(message.channel, message.userId);
        return this.say({ type: "done", id: message.id });
      case "terminate":
        server?.terminate(message.userId);
        return this.say({ type: "done", id: message.id });
      case "done":
        return this.orders.done(message.id, node);
      case "count":
        return directory.setCount(node, message.channel, message.count);
      case "arrived":
        return directory.arrive(node, message.channel, message.member);
      case "left":
        return directory.leave(node, message.channel, message.userId);
      case "online":
        return directory.enter(node, message.userId);
      case "offline":
        return directory.exit(node, message.userId);
      case "state":
        server?.keep(message.cached);
        return directory.replace(node, message);
      case "signed":
        return server?.signed(message.signature);
      case "tell":
        if (message.node === this.id && server) this.say(server.state());
        return;
      case "bye":
        this.neighbours.delete(node);
        directory.remove(node);
        return this.orders.withdraw(node);
    }
  }

  private giveUp(node: string, neighbour: Neighbour): void {
    neighbour.isGone = true;
    const departed = this.directory.remove(node);
    if (this.isFirst()) this.server?.died(departed);
    this.orders.withdraw(node);
  }
}

interface Terminate {
  type: "terminate";
  userId: string;
}
