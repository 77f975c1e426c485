export interface CachedEvent {
  readonly event: string;
  readonly data: unknown;
  readonly expiresMs: number;
}

/** The last event of each cache channel, for a while, also when nobody is subscribed. */
export class EventCache {
  private readonly events = new Map<string, CachedEvent>();
  private readonly limits: { readonly cachedEvents: number; readonly cacheSeconds: number };

  constructor(limits: { cachedEvents: number; cacheSeconds: number }) {
    this.limits = limits;
  }

  keep(channel: string, event: string, data: unknown, seconds = this.limits.cacheSeconds): void {
    // Deleted first so that the map's order stays oldest to newest.
    this.events.delete(channel);
    this.events.set(channel, { event, data, expiresMs: Date.now() + seconds * 1_000 });
    if (this.events.size <= this.limits.cachedEvents) return;
    const [oldest] = this.events.keys();
    if (oldest !== undefined) this.events.delete(oldest);
  }

  find(channel: string): CachedEvent | undefined {
    const cached = this.events.get(channel);
    if (cached && cached.expiresMs > Date.now()) return cached;
    this.events.delete(channel);
    return undefined;
  }

  /** The newest events that fit into so many bytes. */
  newest(bytes: number) {
    let left = bytes;
    const told = [];
    for (const [channel, { event, data, expiresMs }] of [...this.events].reverse()) {
      left -= (JSON.stringify(data)?.length ?? 0) + channel.length + event.length;
      if (left < 0) break;
      const secondsLeft = (expiresMs - Date.now()) / 1_000;
      if (secondsLeft > 0) told.push({ channel, event, data, secondsLeft });
    }
    return told.reverse();
  }
}
