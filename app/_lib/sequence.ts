/** What of a frame the order depends on. */
export interface Numbered {
  seq: number;
  prev: number;
}

/**
 * How far each channel has been seen, without a hole. A frame that follows is next; one that was seen is old; one whose
 * predecessor was never seen shows a gap, which only the feed can fill.
 */
export class Sequence {
  private readonly seen = new Map<string, number>();
  private floor: number;

  /** Starts as of an event: everything up to it is in the data that the page came with. */
  constructor(since: number) {
    this.floor = since;
  }

  judge(channel: string, { seq, prev }: Numbered): "next" | "old" | "gap" {
    const last = this.lastOf(channel);
    if (seq <= last) return "old";
    return prev > last ? "gap" : "next";
  }

  /** This event of the channel is taken in. */
  take(channel: string, seq: number): void {
    this.seen.set(channel, Math.max(seq, this.lastOf(channel)));
  }

  /** The feed was read up to here, which covers every channel. */
  catchUp(seq: number): void {
    this.floor = Math.max(this.floor, seq);
    for (const [channel, last] of this.seen) if (last <= this.floor) this.seen.delete(channel);
  }

  lastOf(channel: string): number {
    return Math.max(this.floor, this.seen.get(channel) ?? 0);
  }

  /** The newest event seen on any channel. */
  newest(): number {
    return Math.max(this.floor, ...this.seen.values());
  }
}
