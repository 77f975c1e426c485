import type { Message } from "#server/channels/schema.ts";
import { backOffMs } from "./back-off.ts";
import type { LiveConnection } from "./live-connection.ts";

/** A message as every door tells it; the client's types leave the payload open. */
export type TailMessage = Omit<Message, "payload"> & { payload?: unknown };

/** One line of a tail: a message, one too large to push (`reference`), or a note that some were not kept. */
export type TailEntry =
  | { kind: "message"; seq: number; message: TailMessage }
  | { kind: "reference"; seq: number; message: Omit<Message, "payload"> }
  | { kind: "gap"; seq: number; missed: number };

/** `closed`: nothing more comes, and `reason` says why. */
export type TailState = "connecting" | "live" | "stale" | "closed";

export interface TailSnapshot {
  state: TailState;
  entries: readonly TailEntry[];
  reason: string | null;
}

export interface TailOptions {
  socket: Pick<LiveConnection, "listen" | "onMoved">;
  /** Names the channel on the realtime host; refused once they may not hear it. */
  subscribe(): Promise<{ name: string; event: string; seq: number }>;
  read(since: number, limit: number): Promise<{ messages: TailMessage[]; since: number; missed: number }>;
  onChange(snapshot: TailSnapshot): void;
  /** Joins what comes together into one change. */
  schedule(flush: () => void): void;
  /** The words of a refusal that will not be different in a moment; undefined for all else. */
  refusalOf(error: unknown): string | undefined;
}

/** What a page keeps; older ones fall off its beginning. */
const keptEntries = 1_000;
const backlog = 200;
const pageSize = 100;
const checkLiveMs = 30_000;
const checkStaleMs = 5_000;

/**
 * Follows a channel without a gap: what is pushed is taken when it is the next number; where one is missing, after each
 * (re)subscription, and now and then in any case, it is read. When the channel's name moves it asks for the new one, and
 * ends with the server's words when it may not have it.
 */
export class ChannelTail {
  private readonly options: TailOptions;
  private entries: TailEntry[] = [];
  private state: TailState = "connecting";
  private reason: string | null = null;
  private last: number | undefined;
  private name: string | undefined;
  private leave: (() => void) | undefined;
  private readonly stopMoves: () => void;
  private isSubscribed = false;
  private isOpening = false;
  private reading: Promise<void> | undefined;
  private readAgain = false;
  private failures = 0;
  private checkedAt = Date.now();
  private isFlushPlanned = false;
  private isOver = false;
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(options: TailOptions) {
    this.options = options;
    this.stopMoves = options.socket.onMoved(() => void this.open());
    void this.open();
    this.later(1_000, () => this.check());
  }

  stop(): void {
    this.isOver = true;
    this.stopMoves();
    this.leave?.();
    for (const timer of this.timers) clearTimeout(timer);
  }

  /** Asks for the name of the moment and listens there. */
  private async open(): Promise<void> {
    if (this.isOpening || this.isOver) return;
    this.isOpening = true;
    try {
      const { name, event, seq } = await this.options.subscribe();
      if (this.isOver) return;
      this.last ??= Math.max(0, seq - backlog);
      if (name !== this.name) this.tune(name, event);
      void this.catchUp();
    } catch (error) {
      this.fail(error, () => this.open());
    } finally {
      this.isOpening = false;
    }
  }

  private tune(name: string, event: string): void {
    this.untune();
    this.name = name;
    this.leave = this.options.socket.listen(name, {
      on: {
        [event]: (data) => this.receive(data),
        // All who listen hear it at once, and must not ask at once.
        moved: () => this.later(Math.random() * 200, () => this.open()),
      },
      onSubscribed: () => {
        this.isSubscribed = true;
        void this.catchUp();
      },
      onRefused: () => {
        // Its name may have moved on; the next try says whether it is open to them at all.
        this.untune();
        this.later(backOffMs(this.failures++), () => this.open());
      },
      onLost: () => {
        this.isSubscribed = false;
        this.settle();
      },
    });
  }

  private untune(): void {
    this.leave?.();
    this.leave = undefined;
    this.name = undefined;
    this.isSubscribed = false;
  }

  private receive(data: unknown): void {
    if (this.isOver || this.last === undefined || !isPushed(data)) return;
    const { reference, ...message } = data;
    if (message.seq === this.last + 1 && !this.reading) {
      const { seq } = message;
      this.take(reference ? { kind: "reference", seq, message } : { kind: "message", seq, message });
    } else if (message.seq > this.last || this.isOlder(message)) void this.catchUp();
  }

  /** A count that began anew: the channel was idle so long that it was forgotten. */
  private isOlder({ timestamp }: Pick<Message, "timestamp">): boolean {
    const newest = this.entries.at(-1);
    return newest?.kind !== "gap" && newest !== undefined && timestamp > newest.message.timestamp;
  }

  private catchUp(): Promise<void> {
    this.readAgain = true;
    this.reading ??= this.readOn().finally(() => {
      this.reading = undefined;
      this.settle();
    });
    return this.reading;
  }

  private async readOn(): Promise<void> {
    while (this.readAgain && !this.isOver && this.last !== undefined) {
      this.readAgain = false;
      try {
        const { messages, since, missed } = await this.options.read(this.last, pageSize);
        if (this.isOver) return;
        this.checkedAt = Date.now();
        this.failures = 0;
        const first = messages[0]?.seq ?? since + 1;
        if (missed > 0) this.take({ kind: "gap", seq: first - 1, missed });
        for (const message of messages) this.take({ kind: "message", seq: message.seq, message });
        this.last = since;
        this.readAgain ||= messages.length === pageSize;
      } catch (error) {
        this.readAgain = false;
        this.fail(error, () => this.catchUp());
      }
    }
  }

  private take(entry: TailEntry): void {
    this.entries.push(entry);
    this.last = entry.seq;
    if (this.entries.length > keptEntries * 1.2) this.entries.splice(0, this.entries.length - keptEntries);
    this.changed();
  }

  private fail(error: unknown, again: () => unknown): void {
    if (this.isOver) return;
    const words = this.options.refusalOf(error);
    if (words === undefined) {
      this.settle();
      return this.later(backOffMs(this.failures++), again);
    }
    this.stop();
    this.state = "closed";
    this.reason = words;
    this.changed();
  }

  /** A last message that was lost shows no gap, and a page without a socket hears nothing: so both read now and then. */
  private async check(): Promise<void> {
    const wasLive = this.state === "live";
    if (Date.now() - this.checkedAt > (wasLive ? checkLiveMs : checkStaleMs)) {
      this.checkedAt = Date.now();
      const before = this.last;
      await this.catchUp();
      // The socket stands and did not bring it: the channel may have another name by now.
      if (wasLive && this.last !== before) void this.open();
    }
    this.later(1_000, () => this.check());
  }

  private settle(): void {
    if (this.isOver) return;
    const isLive = this.isSubscribed && (!this.reading || this.state === "live");
    const state = isLive ? "live" : this.isSubscribed || this.state === "connecting" ? this.state : "stale";
    if (state === this.state) return;
    this.state = state;
    this.changed();
  }

  private changed(): void {
    if (this.isFlushPlanned) return;
    this.isFlushPlanned = true;
    this.options.schedule(() => {
      this.isFlushPlanned = false;
      this.options.onChange({ state: this.state, entries: this.entries.slice(-keptEntries), reason: this.reason });
    });
  }

  private later(ms: number, work: () => unknown): void {
    if (this.isOver) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, ms);
    this.timers.add(timer);
  }
}

function isPushed(data: unknown): data is Message & { reference?: true } {
  return typeof data === "object" && data !== null && "seq" in data && typeof data.seq === "number" && "sender" in data;
}
