const everyone = "";

/**
 * Remembers evictions for as long as an authorization from before them could still be presented:
 * without it, one that was asked for before a revocation and used after it would open the channel again.
 */
export class Evictions {
  private readonly byChannel = new Map<string, Map<string, number>>();
  private readonly keepMs: number;

  constructor(keepSeconds: number) {
    this.keepMs = keepSeconds * 1_000;
  }

  record(channel: string, userId: string | undefined, nowMs: number): void {
    this.forgetBefore(nowMs - this.keepMs);
    const users = this.byChannel.get(channel) ?? new Map<string, number>();
    users.set(userId ?? everyone, nowMs);
    this.byChannel.set(channel, users);
  }

  isRevoked(channel: string, userId: string, askedMs: number): boolean {
    const users = this.byChannel.get(channel);
    if (!users) return false;
    return askedMs <= Math.max(users.get(userId) ?? 0, users.get(everyone) ?? 0);
  }

  private forgetBefore(limitMs: number): void {
    for (const [channel, users] of this.byChannel) {
      for (const [userId, atMs] of users) if (atMs < limitMs) users.delete(userId);
      if (users.size === 0) this.byChannel.delete(channel);
    }
  }
}
