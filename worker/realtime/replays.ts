/**
 * Refuses a signed request that was already made. A signature carries a second, not a count, so the same request made
 * twice within a moment has the same one: those are let through, and every later use is a replay.
 */
export class Replays {
  /** By their first 48 bits: at a thousand requests a second, 1.2 million of them are remembered. */
  private readonly seen = new Map<number, number>();
  private readonly keepMs: number;

  /** `keepSeconds`: how long a signature is accepted at all, on either side of the clock. */
  constructor(keepSeconds: number) {
    this.keepMs = 2 * keepSeconds * 1_000;
  }

  isReplay(signature: string, nowMs = Date.now()): boolean {
    this.forget(nowMs);
    const key = Number.parseInt(signature.slice(0, 12), 16);
    const firstMs = this.seen.get(key);
    if (firstMs === undefined) {
      this.seen.set(key, nowMs);
      return false;
    }
    return nowMs - firstMs > graceMs;
  }

  /** The map is in the order of time, so this ends at the first that is young. */
  private forget(nowMs: number): void {
    for (const [key, atMs] of this.seen) {
      if (nowMs - atMs <= this.keepMs) return;
      this.seen.delete(key);
    }
  }
}

const graceMs = 2_000;
