import type Pusher from "pusher-js";
import type { Channel, Options } from "pusher-js";
import type { ChannelAuthorizationCallback, ChannelAuthorizationData } from "pusher-js/types/src/core/auth/options";
import type {
  BrowserHost,
  ChangedEvent,
  ChannelNames,
  Frame,
  LinesEvent,
  MovedEvent,
  SessionLine,
} from "#server/realtime/schema.ts";
import { backOffMs } from "./back-off.ts";
import { type FollowerOptions, LogFollower, type Scope } from "./log-follower.ts";

export type LiveState = "live" | "connecting" | "stale";

export interface LiveOptions extends Pick<FollowerOptions, "since" | "readFeed" | "onFrames" | "onReset" | "schedule"> {
  /** Loaded when the page is already there: it is needed by no first paint. */
  Pusher: typeof Pusher;
  host: BrowserHost;
  /** The page's own address, which leads to the embedded host. */
  page: { hostname: string; port: number; isSecure: boolean };
  readChannels(): Promise<ChannelNames>;
  authorize(socketId: string, channel: string): Promise<ChannelAuthorizationData>;
  onState(state: LiveState): void;
  /** What agents do on the team's tasks, now and then. */
  onLines?(lines: readonly SessionLine[]): void;
  onSignedOut(): void;
  isSignedOut(error: unknown): boolean;
}

/** What somebody hears who listens to one more channel on the page's socket. */
export interface Listener {
  /** Names of events with what to do; `data` is what was pushed. */
  on: Readonly<Record<string, (data: unknown) => void>>;
  onSubscribed: () => void;
  /** The host did not let them; it is left then. */
  onRefused: () => void;
  /** The socket is away: what is said meanwhile is not heard. */
  onLost: () => void;
}

const changedEvent: ChangedEvent = "changed";
const movedEvent: MovedEvent = "moved";
const linesEvent: LinesEvent = "lines";
const checkLiveMs = 30_000;
const checkStaleMs = 5_000;
/** All pages that lost the same server are back within this, spread evenly, where it answers again by then. */
const comeBackWithinMs = 2_000;
/** A page that has not heard the host after so long says so; what it shows is read all the same. */
const patientMs = 5_000;

/**
 * One socket that keeps a page at what the server holds. Frames are taken in the order of the log; where one is missing,
 * after every (re)connection, and now and then in any case, the feed fills the hole. What it cannot hear it reads.
 */
export class LiveConnection {
  private readonly options: LiveOptions;
  private readonly log: LogFollower;
  private readonly names = new Map<Scope, string>();
  private readonly subscribed = new Set<Scope>();
  private pusher: Pusher | undefined;
  private readonly listeners = new Set<Listener>();
  private readonly moveListeners = new Set<() => void>();
  private renewing = false;
  private kicks = 0;
  private isKickPlanned = false;
  private isKicking = false;
  private isComingBack = false;
  private readonly startedAt = Date.now();
  private failures = 0;
  private state: LiveState = "connecting";
  private isStopped = false;
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(options: LiveOptions) {
    this.options = options;
    this.log = new LogFollower({
      ...options,
      isListening: () => this.isListening(),
      onSettled: () => this.settle(),
      onFailure: (error) => this.onFeedFailure(error),
    });
  }

  start(names: ChannelNames): void {
    const { Pusher: Client, host } = this.options;
    this.pusher = new Client(host.key, this.clientOptions());
    this.pusher.connection.bind("state_change", ({ previous, current }: { previous: string; current: string }) => {
      if (previous === "connected" && current === "connecting") this.onLost();
      else this.onSocket(current);
    });
    this.pusher.connection.bind("connecting_in", () => this.onLost());
    this.adopt(names);
    this.later(1_000, () => this.check());
  }

  stop(): void {
    this.isStopped = true;
    this.log.stop();
    for (const timer of this.timers) clearTimeout(timer);
    this.pusher?.disconnect();
  }

  /** The page is looked at again, or the network is back: reads at once what was missed, and mistrusts a silent socket. */
  async nudge(): Promise<void> {
    const { heardAt } = this.log;
    const newest = this.log.newest();
    await this.log.catchUp();
    const isDeaf = this.log.newest() > newest && this.log.heardAt === heardAt && Date.now() - heardAt > 5_000;
    if (isDeaf && this.state === "live") this.reconnect();
  }

  /** Listens to one more channel on the same socket, also after each reconnection. @returns the way to leave it. */
  listen(name: string, listener: Listener): () => void {
    const channel: Channel | undefined = this.pusher?.subscribe(name);
    this.listeners.add(listener);
    for (const [event, hear] of Object.entries(listener.on)) channel?.bind(event, hear);
    channel?.bind("pusher:subscription_succeeded", listener.onSubscribed);
    channel?.bind("pusher:subscription_error", () => {
      endWait(channel);
      listener.onRefused();
    });
    return () => {
      this.listeners.delete(listener);
      channel?.unbind_all();
      // Whoever listens to the same name has taken it over.
      if (this.pusher?.channel(name) === channel) this.pusher?.unsubscribe(name);
    };
  }

  /** Hears that channels of the organization may have got other names: somebody may hear less than before. */
  onMoved(listener: () => void): () => void {
    this.moveListeners.add(listener);
    return () => this.moveListeners.delete(listener);
  }

  private clientOptions(): Options {
    const { host, page } = this.options;
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
        customHandler: ({ socketId, channelName }, callback) => void this.sign(socketId, channelName, callback),
      },
    };
  }

  private async sign(socketId: string, channel: string, callback: ChannelAuthorizationCallback): Promise<void> {
    let signed: ChannelAuthorizationData;
    try {
      signed = await this.options.authorize(socketId, channel);
    } catch (error) {
      return callback(error instanceof Error ? error : new Error(String(error)), null);
    }
    callback(null, signed);
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
    channel?.bind(changedEvent, (data: unknown) => isFrame(data) && this.log.receive(scope, data));
    channel?.bind(movedEvent, () => this.renewSoon(300));
    channel?.bind(linesEvent, (data: unknown) => isLines(data) && this.options.onLines?.(data));
    channel?.bind("pusher:subscription_succeeded", () => {
      this.subscribed.add(scope);
      this.failures = 0;
      if (this.isListening()) void this.log.catchUp();
    });
    channel?.bind("pusher:subscription_error", () => {
      endWait(channel);
      // It must be left before it can be asked for again; its name may have moved on.
      this.leave(scope, name);
      this.renewSoon(backOffMs(this.failures++));
    });
  }

  private leave(scope: Scope, name: string): void {
    this.pusher?.channel(name)?.unbind_all();
    this.pusher?.unsubscribe(name);
    this.names.delete(scope);
    this.subscribed.delete(scope);
    this.log.isCaughtUp = false;
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
      for (const hear of this.moveListeners) hear();
      this.renewing = false;
      this.pusher?.connect();
    } catch (error) {
      this.renewing = false;
      if (this.options.isSignedOut(error)) return this.signOut();
      if (isGone(error)) return this.options.onReset();
      this.renewSoon(backOffMs(this.failures++));
    }
  }

  private onSocket(current: string): void {
    if (this.isKicking || this.isStopped) return;
    if (current === "connected") this.kicks = 0;
    else this.lose();
    this.settle();
    // Closed by the host for good (4009: access ended): only whoever is still signed in comes back.
    if (current === "disconnected") this.renewSoon(backOffMs(this.failures++));
    if (current === "connecting") this.kickLater();
  }

  /**
   * The library comes back exactly a second after a line broke, and at once when a server restarts: all pages together.
   * Each takes a moment of its own instead.
   */
  private onLost(): void {
    if (this.isKicking || this.isStopped) return;
    this.lose();
    this.settle();
    if (this.isComingBack) return;
    this.isComingBack = true;
    // Not within the library's own words: it plans its return after it has told of it.
    this.later(0, () => {
      this.isKicking = true;
      this.pusher?.disconnect();
      this.isKicking = false;
    });
    this.later(Math.max(10, Math.random() * comeBackWithinMs), () => {
      this.isComingBack = false;
      this.pusher?.connect();
    });
  }

  /**
   * The library waits 15, 30, 60 seconds after a connection that was refused at once, as every one is while a server
   * restarts. Trying anew by hand brings the page back within seconds.
   */
  private kickLater(): void {
    if (this.isKickPlanned) return;
    this.isKickPlanned = true;
    this.later(backOffMs(2 + Math.min(3, this.kicks++)), () => {
      this.isKickPlanned = false;
      if (this.pusher?.connection.state === "connected" || this.pusher?.connection.state === "disconnected") return;
      this.reconnect();
      this.kickLater();
    });
  }

  private reconnect(): void {
    this.isKicking = true;
    this.lose();
    this.pusher?.disconnect();
    this.isKicking = false;
    this.pusher?.connect();
    this.settle();
  }

  private lose(): void {
    this.subscribed.clear();
    this.log.isCaughtUp = false;
    for (const { onLost } of this.listeners) onLost();
  }

  /** A last frame that was lost shows no gap, and a page without a socket hears nothing: so both read now and then. */
  private async check(): Promise<void> {
    const everyMs = this.state === "live" ? checkLiveMs : checkStaleMs;
    if (Date.now() - this.log.checkedAt > everyMs) {
      this.log.checkedAt = Date.now();
      await this.log.catchUp();
    }
    this.settle();
    this.later(1_000, () => this.check());
  }

  private settle(): void {
    const isConnected = this.pusher?.connection.state === "connected";
    const isLive = isConnected && this.isListening() && this.log.isCaughtUp;
    const isPatient = this.state === "connecting" && Date.now() - this.startedAt < patientMs;
    const state = isLive ? "live" : isPatient ? "connecting" : "stale";
    if (state === this.state) return;
    this.state = state;
    if (isLive) this.failures = 0;
    if (!this.isStopped) this.options.onState(state);
  }

  private onFeedFailure(error: unknown): void {
    if (this.options.isSignedOut(error)) this.signOut();
    else this.later(backOffMs(this.failures++), () => this.log.catchUp());
  }

  private signOut(): void {
    if (this.isStopped) return;
    this.stop();
    this.options.onSignedOut();
  }

  private isListening(): boolean {
    return this.names.size > 0 && [...this.names.keys()].every((scope) => this.subscribed.has(scope));
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

/**
 * A channel that the host refused still waits for it, says the library, and never asks again for one that waits. Without
 * this a page whose permission was outrun by a revocation stays without the channel until its line breaks.
 */
const endWait = (channel: Channel | undefined): void => channel?.disconnect();

/** Their code stands in the error's data, whichever client made the call. */
function isGone(error: unknown): boolean {
  const data: unknown = error instanceof Error && "data" in error ? error.data : undefined;
  const code = typeof data === "object" && data !== null && "code" in data ? data.code : undefined;
  return code === "not_found" || code === "forbidden";
}

function isFrame(data: unknown): data is Frame {
  return typeof data === "object" && data !== null && "seq" in data && "prev" in data && typeof data.seq === "number";
}

/** Our own worker made them: an event of this name carries nothing else. */
const isLines = (data: unknown): data is SessionLine[] => Array.isArray(data);
