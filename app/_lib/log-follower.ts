import type { FeedEvent } from "#server/events/schema.ts";
import type { Frame } from "#server/realtime/schema.ts";
import { Sequence } from "./sequence.ts";

/** The two channels a page hears: what concerns the organization, and what concerns its team. */
export type Scope = "org" | "team";

export interface FollowerOptions {
  /** The page's data holds every event up to this one. */
  since: number;
  readFeed(since: number, limit: number): Promise<{ events: FeedEvent[]; head: number }>;
  /** Events in order, joined; those from the feed bring no cards and are marked `reference`. */
  onFrames(frames: Frame[]): void;
  /** Too far behind to go event by event: everything must be read again, and then holds every event up to this one. */
  onReset(head?: number): void;
  /** Calls back once before the next paint. */
  schedule(flush: () => void): void;
  /** Whether all channels are subscribed: only then does the end of the feed meet the beginning of the frames. */
  isListening(): boolean;
  onSettled(): void;
  onFailure(error: unknown): void;
}

const pageSize = 500;
const tooFarBehind = 1_000;
/** The host tells all channels in the order of the log on one socket; this much is read again in case it did not. */
const overlap = 200;

/** Puts what comes over the socket and what the feed tells into one order: every event once, none left out. */
export class LogFollower {
  heardAt = Date.now();
  checkedAt = Date.now();
  /** Whether the feed was read to its end since all channels are listened to. */
  isCaughtUp = false;
  private readonly options: FollowerOptions;
  private readonly sequence: Sequence;
  private waiting: { scope: Scope; frame: Frame }[] = [];
  private queue: Frame[] = [];
  private catching: Promise<void> | undefined;
  private catchAgain = false;
  /** The channel on which an event is known to be missing. */
  private gap: Scope | undefined;
  private floor: number;
  private isStopped = false;

  constructor(options: FollowerOptions) {
    this.options = options;
    this.sequence = new Sequence(options.since);
    this.floor = options.since;
  }

  stop(): void {
    this.isStopped = true;
  }

  /** The newest event taken in. */
  newest(): number {
    return this.sequence.newest();
  }

  receive(scope: Scope, frame: Frame): void {
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

  /** Reads the feed to its end. Never throws: a failure is told, and the next call tries again. */
  catchUp(): Promise<void> {
    this.catchAgain = true;
    this.catching ??= this.catchUpWhileNeeded().finally(() => {
      this.catching = undefined;
      this.options.onSettled();
    });
    return this.catching;
  }

  private async catchUpWhileNeeded(): Promise<void> {
    while (this.catchAgain && !this.isStopped) {
      this.catchAgain = false;
      const isWhole = this.options.isListening();
      try {
        await this.readOn();
        this.isCaughtUp = isWhole;
      } catch (error) {
        this.isCaughtUp = false;
        return this.options.onFailure(error);
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
        return this.options.onReset(head);
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
}

function fromFeed({ subjectId, occurredAt, id: _id, ...event }: FeedEvent): Frame {
  return { ...event, prev: 0, subject: subjectId, at: occurredAt, reference: true };
}
