import type { Actor } from "../context.ts";
import { isConfidant } from "../events/confidants.ts";
import type { LoggedFeedEvent } from "../events/queries.ts";
import type { FeedEvent } from "../events/schema.ts";
import { seesTeam } from "./access.ts";
import { isOfTypes } from "./query.ts";
import type { EndEvent, ResetEvent } from "./schema.ts";

export interface Page {
  events: FeedEvent[];
  head: number;
}

export interface Seat {
  actor: Actor;
  teamId?: string | undefined;
  types?: readonly string[] | undefined;
  /** The number of the last event the reader has. */
  since: number;
  /** The page after `since`, as it was read when the reader came. */
  first: Page;
  /** Reads on from a number, as the reader may at that moment. */
  read(actor: Actor, since: number): Promise<Page>;
}

/** An event for many readers: its bytes are made once. */
export type Told = Omit<LoggedFeedEvent, "orgId">;

/** How much of an event a reader may know: what led to it, and all that it says. */
export interface Seen {
  cause: boolean;
  all: boolean;
}

export const pageSize = 200;
/** Further behind than this a reader is told to read the state instead. */
const mostBehind = 10_000;
/** What may wait for a reader who takes nothing. */
const mostWaitingBytes = 1_048_576;
const readAheadBytes = 65_536;
const stuckMs = 60_000;

/**
 * What one reader gets, as a body of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 * It reads the log at the reader's own pace until it is at the end, and is told the rest by the hub. Nothing is told twice:
 * everything up to `position` is written, or not for this reader.
 */
export class EventStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly teamId: string | undefined;
  /** As of the last check of access. */
  actor: Actor;
  position: number;
  isLive = false;
  isOver = false;
  private readonly seat: Seat;
  private readonly join: (stream: EventStream) => boolean;
  private readonly onOver: (stream: EventStream) => void;
  private page: Page | undefined;
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  private tookAt = Date.now();

  /** `join` makes it live if nothing happened since `position`; `onOver` is called once. */
  constructor(
    seat: Seat,
    { join, onOver }: { join: (stream: EventStream) => boolean; onOver: (stream: EventStream) => void },
  ) {
    this.seat = seat;
    this.actor = seat.actor;
    this.teamId = seat.teamId;
    this.position = seat.since;
    this.page = seat.first;
    this.join = join;
    this.onOver = onOver;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.controller = controller;
          // Many readers that lost the same server do not come back in the same moment. The id is where a reader who named
          // no place began: cut before its first event, it comes back to there.
          this.write(`id: ${this.position}\nretry: ${1_000 + Math.round(Math.random() * 4_000)}\n\n`);
        },
        pull: () => this.readOn(),
        cancel: () => this.leave(),
      },
      { highWaterMark: readAheadBytes, size: (chunk) => chunk?.byteLength ?? 0 },
    );
  }

  /** Tells an event of the organization, if it is for this reader. `bytesOf` makes its bytes, once for all who see the same. */
  tell({ event, causeTeamId, confidants }: Told, bytesOf: (seen: Seen) => Uint8Array): void {
    if (this.isOver || event.seq <= this.position) return;
    const seen = { cause: seesTeam(this.actor, causeTeamId), all: isConfidant(this.actor, confidants) };
    if (this.isMeant(event)) this.enqueue(bytesOf(seen));
    this.position = event.seq;
  }

  /**
   * Shows that the connection lives. A block without data is no event, and moves the id from which the reader comes back, so
   * that whoever hears little is not far behind for it.
   */
  beat(told: number): void {
    if (this.isOver) return;
    if (this.isLive) this.position = Math.max(this.position, told);
    if (this.hasRoom()) this.write(`: ${new Date().toISOString()}\nid: ${this.position}\n\n`);
    else if (Date.now() - this.tookAt > stuckMs) this.cut();
  }

  /** Says why and closes, so that what is on its way still arrives. */
  end(reason: EndEvent): void {
    if (this.isOver) return;
    this.leave();
    this.controller?.enqueue(encoder.encode(`event: end\ndata: ${JSON.stringify(reason)}\n\n`));
    this.controller?.close();
  }

  private leave(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.isLive = false;
    this.page = undefined;
    this.onOver(this);
  }

  /** Called when there is room: by the reader, at its pace. */
  private async readOn(): Promise<void> {
    this.tookAt = Date.now();
    while (!this.isLive && !this.isOver && this.hasRoom()) {
      try {
        const page = this.page ?? (await this.seat.read(this.actor, this.position));
        this.page = undefined;
        if (!this.isOver) this.takePage(page);
      } catch {
        this.end({ reason: "failed", message: "The log could not be read. Come back with the last id." });
      }
    }
  }

  private takePage({ events, head }: Page): void {
    const isUnknown = this.position > head;
    if (isUnknown || head - this.position > mostBehind) {
      this.position = head;
      const reset: ResetEvent = { head, reason: isUnknown ? "unknown_position" : "too_far_behind" };
      this.write(`id: ${head}\nevent: reset\ndata: ${JSON.stringify(reset)}\n\n`);
    } else {
      for (const event of events) if (this.isMeant(event)) this.enqueue(encodeEvent(event));
      this.position = events.length < pageSize ? head : (events.at(-1)?.seq ?? head);
      if (events.length === pageSize) return;
    }
    this.isLive = !this.isOver && this.join(this);
  }

  private isMeant(event: FeedEvent): boolean {
    const isOurs = this.teamId === undefined || event.teamId === null || event.teamId === this.teamId;
    return isOurs && seesTeam(this.actor, event.teamId) && isOfTypes(event, this.seat.types);
  }

  private enqueue(bytes: Uint8Array): void {
    if (this.isOver) return;
    this.controller?.enqueue(bytes);
    if ((this.controller?.desiredSize ?? 0) < -mostWaitingBytes) this.cut();
  }

  /** Who takes nothing is told nothing: what waits for them is thrown away and the connection cut. They come back by their last id. */
  private cut(): void {
    if (this.isOver) return;
    this.leave();
    this.controller?.error(new DOMException("The reader is slower than what happens.", "AbortError"));
  }

  private write(text: string): void {
    this.enqueue(encoder.encode(text));
  }

  private hasRoom(): boolean {
    return (this.controller?.desiredSize ?? 0) > 0;
  }
}

const encoder = new TextEncoder();

export const encodeEvent = (event: FeedEvent): Uint8Array =>
  encoder.encode(`id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`);
