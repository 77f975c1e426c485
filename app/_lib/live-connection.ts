import type Pusher from "pusher-js";
import type { Channel, Options } from "pusher-js";
import type { ChannelAuthorizationData } from "pusher-js/types/src/core/auth/options";
import type { FeedEvent } from "#server/events/schema.ts";
import type { BrowserHost, ChangedEvent, ChannelNames, Frame, MovedEvent } from "#server/realtime/schema.ts";
import { Sequence } from "./sequence.ts";

export type LiveState = "live" | "connecting" | "stale";

export interface LiveOptions {
  /** Loaded when the page is already there: it is needed by no first paint. */
  Pusher: typeof Pusher;
  host: BrowserHost;
  /** The page's own address, which leads to the embedded host. */
  page: { hostname: string; port: number; isSecure: boolean };
  /** The page's data holds every event up to this one. */
  since: number;
  readChannels(): Promise<ChannelNames>;
  readFeed(since: number, limit: number): Promise<{ events: FeedEvent[]; head: number }>;
  authorize(socketId: string, channel: string): Promise<ChannelAuthorizationData>;
  /** Events in order, joined; those from the feed bring no cards and are marked `reference`. */
  onFrames(frames: Frame[]): void;
  /** Too far behind to go event by event, or a channel was lost: everything must be read again. */
  onReset(): void;
  onState(state: LiveState): void;
  onSignedOut(): void;
  isSignedOut(error: unknown): boolean;
  /** Calls back once before the next paint. */
  schedule(flush: () => void): void;
}

type Scope = "org" | "team";

const changedEvent: ChangedEvent = "changed";
const movedEvent: MovedEvent = "moved";
const pageSize = 500;
const tooFarBehind = 1_000;
/** The host tells all channels in the order of the log on one socket; this much is read again in case it did not. */
const overlap = 200;
const checkLiveMs = 30_000;
const checkStaleMs = 5_000;

/**
 * One socket that keeps a page at what the server holds. Frames are taken in the order of the log; where one is missing,
 * after every (re)connection, and now and then in any case, the feed fills the hole. What it cannot hear it reads.
 */
export class LiveConnection {
  private readonly options: LiveOptions;
  private readonly sequence: Sequence;
  private readonly names = new Map<Scope, string>();
  private readonly subscribed = new Set<Scope>();
  private waiting: { scope: Scope; frame: Frame }[] = [];
  private queue: Frame[] = [];
  private pusher: Pusher | undefined;
  private catching: Promise<void> | undefined;
  private catchAgain = false;
  /** The channel on which an event is known to be missing. */
  private gap: Scope | undefined;
  private floor: number;
  private renewing = false;
  private kicks = 0;
  private isKickPlanned = false;
  private isKicking = false;
  private failures = 0;
  private heardAt = Date.now();
  private checkedAt = Date.now();
  private state: LiveState = "connecting";
  private isCaughtUp = false;
  private isStopped = false;
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(options: LiveOptions) {
    this.options = options;
    this.sequence = new Sequence(options.since);
    this.floor = options.since;
  }

  start(names: ChannelNames): void {
    const { Pusher: Client, host } = this.options;
    this.pusher = new Client(host.key, this.clientOptions());
    this.pusher.connection.bind("state_change", ({ current }: { current: string }) => this.onSocket(current));
    this.adopt(names);
    this.later(1_000, () => this.check());
  }

  stop(): void {
    this.isStopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.pusher?.disconnect();
  }

  /** The page is looked at again, or the network is back: reads at once what was missed, and mistrusts a silent socket. */
  async nudge(): Promise<void> {
    const before = this.heardAt;
    const [seq, isQuiet] = [this.since(), Date.now() - before > 5_000];
    await this.catchUp();
    if (isQuiet && this.heardAt === before && this.since() > seq && this.state === "live") this.reconnect();
  }

  private clientOptions(): Options {
    const { host, page, authorize } = this.options;
    const isOwn = host.host === null;
    const port = isOwn ? page.port : host.port;
    return {
      cluster: "",
      wsHost: host.host ?? page.hostname,
      wsPort: port,
      wssPort: port,
      wsPath: host.path,
      forceTLS: isOwn ? page.isSecure : host.useTLS,
      enabledTransports: ["ws", "wss"],
      disableStats: true,
      channelAuthorization: {
        transport: "ajax",
        endpoint: "",
        customHandler: ({ socketId, channelName }, callback) => {
          authorize(socketId, channelName).then(
            (data) => callback(null, data),
            (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
          );
        },
      },
    };
  }

  private adopt({ org, team }: ChannelNames): void {
    for (const [scope, name] of [
      ["org", org],
      ["team", team],
    ] as const) {
      const old = this.names.get(scope);
      if (old === name) continue;
      if (old) this.leave(scope, old);
      if (name) this.subscribe(scope, name);
    }
  }

  private subscribe(scope: Scope, name: string): void {
    const channel: Channel | undefined = this.pusher?.subscribe(name);
    this.names.set(scope, name);
    channel?.bind(changedEvent, (data: unknown) => isFrame(data) && this.receive(scope, data));
    channel?.bind(movedEvent, () => this.renewSoon(300));
    channel?.bind("pusher:subscription_succeeded", () => {
      this.subscribed.add(scope);
      this.failures = 0;
      if (this.isComplete()) void this.catchUp();
    });
    channel?.bind("pusher:subscription_error", () => {
      // It must be left before it can be asked for again; its name may have moved on.
      this.leave(scope, name);
      this.renewSoon(backoffMs(this.failures++));
    });
  }

  private leave(scope: Scope, name: string): void {
    this.pusher?.channel(name)?.unbind_all();
    this.pusher?.unsubscribe(name);
    this.names.delete(scope);
    this.subscribed.delete(scope);
    this.isCaughtUp = false;
    this.settle();
  }

  private renewSoon(withinMs: number): void {
    if (this.renewing) return;
    this.renewing = true;
    this.later(Math.random() * withinMs, () => this.renew());
  }

  /** Asks anew what to subscribe to, and comes back when the host had sent us away. */
  private async renew(): Promise<void> {
    try {
      this.adopt(await this.options.readChannels());
      this.renewing = false;
      this.pusher?.connect();
    } catch (error) {
      this.renewing = false;
      if (this.options.isSignedOut(error)) return this.signOut();
      if (isGone(error)) return this.options.onReset();
      this.renewSoon(backoffMs(this.failures++));
    }
  }

  private onSocket(current: string): void {
    if (this.isKicking || this.isStopped) return;
    if (current === "connected") this.kicks = 0;
    else {
      this.subscribed.clear();
      this.isCaughtUp = false;
    }
    this.settle();
    // Closed by the host for good (4009: access ended): only whoever is still signed in comes back.
    if (current === "disconnected") this.renewSoon(backoffMs(this.failures++));
    if (current === "connecting") this.kickLater();
  }

  /**
   * The library waits 15, 30, 60 seconds after a connection that was refused at once, as every one is while a server
   * restarts. Trying anew by hand brings the page back within seconds.
   */
  private kickLater(): void {
    if (this.isKickPlanned) return;
    this.isKickPlanned = true;
    this.later(backoffMs(2 + Math.min(3, this.kicks++)), () => {
      this.isKickPlanned = false;
      if (this.pusher?.connection.state === "connected" || this.pusher?.connection.state === "disconnected") return;
      this.reconnect();
      this.kickLater();
    });
  }

  private reconnect(): void {
    this.isKicking = true;
    this.subscribed.clear();
    this.isCaughtUp = false;
    this.pusher?.disconnect();
    this.isKicking = false;
    this.pusher?.connect();
    this.settle();
  }

  private receive(scope: Scope, frame: Frame): void {
    this.heardAt = Date.now();
    if (frame.extra) return this.emit(frame);
    // Until the feed was read to the end, what comes over the socket cannot be put in its place.
    if (this.catching || !this.isCaughtUp) return void this.waiting.push({ scope, frame });
    const verdict = this.sequence.judge(scope, frame);
    if (verdict === "old") return;
    if (verdict === "next") {
      this.sequence.take(scope, frame.seq);
      return this.emit(frame);
    }
    this.waiting.push({ scope, frame });
    this.gap = scope;
    void this.catchUp();
  }

  private catchUp(): Promise<void> {
    this.catchAgain = true;
    this.catching ??= this.catchUpWhileNeeded().finally(() => {
      this.catching = undefined;
      this.settle();
    });
    return this.catching;
  }

  private async catchUpWhileNeeded(): Promise<void> {
    while (this.catchAgain && !this.isStopped) {
      this.catchAgain = false;
      const isWhole = this.isComplete();
      try {
        await this.readOn();
        this.isCaughtUp = isWhole;
      } catch (error) {
        if (this.options.isSignedOut(error)) return this.signOut();
        this.isCaughtUp = false;
        this.later(backoffMs(this.failures++), () => this.catchUp());
        return;
      }
      this.takeWaiting();
    }
  }

  private async readOn(): Promise<void> {
    for (;;) {
      const since = this.gap ? this.sequence.lastOf(this.gap) : this.since();
      const { events, head } = await this.options.readFeed(since, pageSize);
      this.checkedAt = Date.now();
      if (head - since > tooFarBehind) {
        this.readUpTo(head);
        this.queue = [];
        return this.options.onReset();
      }
      for (const event of events) if (event.seq > this.lastOf(event)) this.emit(fromFeed(event));
      const isAll = events.length < pageSize;
      this.readUpTo(isAll ? head : (events.at(-1)?.seq ?? head));
      if (isAll) return;
    }
  }

  private takeWaiting(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const { scope, frame } of waiting) {
      const verdict = this.sequence.judge(scope, frame);
      if (verdict === "gap") {
        this.waiting.push({ scope, frame });
        this.gap = scope;
        this.catchAgain = true;
      } else if (verdict === "next") {
        this.sequence.take(scope, frame.seq);
        this.emit(frame);
      } else if (frame.cards) {
        // The feed told of it already, but only the frame brings the cards.
        this.emit({ ...frame, extra: true });
      }
    }
  }

  private emit(frame: Frame): void {
    this.queue.push(frame);
    if (this.queue.length > 1) return;
    this.options.schedule(() => {
      const frames = this.queue;
      this.queue = [];
      if (frames.length > 0 && !this.isStopped) this.options.onFrames(frames);
    });
  }

  /** A last frame that was lost shows no gap, and a page without a socket hears nothing: so both read now and then. */
  private async check(): Promise<void> {
    const everyMs = this.state === "live" ? checkLiveMs : checkStaleMs;
    if (Date.now() - this.checkedAt > everyMs) {
      this.checkedAt = Date.now();
      await this.catchUp();
    }
    this.later(1_000, () => this.check());
  }

  private settle(): void {
    const isConnected = this.pusher?.connection.state === "connected";
    const isLive = isConnected && this.isComplete() && this.isCaughtUp;
    const state = isLive ? "live" : this.state === "connecting" ? "connecting" : "stale";
    if (state === this.state) return;
    this.state = state;
    if (!this.isStopped) this.options.onState(state);
  }

  private signOut(): void {
    if (this.isStopped) return;
    this.stop();
    this.options.onSignedOut();
  }

  private isComplete(): boolean {
    return this.names.size > 0 && [...this.names.keys()].every((scope) => this.subscribed.has(scope));
  }

  private readUpTo(seq: number): void {
    this.sequence.catchUp(seq);
    this.floor = seq;
    this.gap = undefined;
  }

  private since(): number {
    return Math.max(this.floor, this.sequence.newest() - overlap);
  }

  private lastOf({ teamId }: FeedEvent): number {
    return this.sequence.lastOf(teamId ? "team" : "org");
  }

  private later(ms: number, work: () => unknown): void {
    if (this.isStopped) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, ms);
    this.timers.add(timer);
  }
}

const backoffMs = (failures: number) => Math.min(10_000, 250 * 2 ** failures) * (0.5 + Math.random() / 2);

/** Their code stands in the error's data, whichever client made the call. */
function isGone(error: unknown): boolean {
  const data: unknown = error instanceof Error && "data" in error ? error.data : undefined;
  const code = typeof data === "object" && data !== null && "code" in data ? data.code : undefined;
  return code === "not_found" || code === "forbidden";
}

function isFrame(data: unknown): data is Frame {
  return typeof data === "object" && data !== null && "seq" in data && "prev" in data && typeof data.seq === "number";
}

function fromFeed({ subjectId, occurredAt, id: _id, ...event }: FeedEvent): Frame {
  return { ...event, prev: 0, subject: subjectId, at: occurredAt, reference: true };
}
