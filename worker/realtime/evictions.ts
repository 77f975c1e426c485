/** Neither can be a channel's or a user's own name. */
const everyChannel = "*";
const everyone = "";

/**
 * Says which dated authorizations still hold. A signature has no end of its own, so one that was asked for before
 * a revocation and used after it would open the channel again: hence each is good for a short time only, and
 * evictions are remembered for as long as an authorization from before them could still be presented.
 */
export class Evictions {
  private readonly byChannel = new Map<string, Map<string, number>>();
  private readonly authorizationMs: number;

  constructor(authorizationSeconds: number) {
    this.authorizationMs = authorizationSeconds * 1_000;
  }

  /** Revokes what everybody, or that user, was given for the channel so far. */
  revokeChannel(channel: string, userId = everyone): void {
    const nowMs = Date.now();
    this.forgetBefore(nowMs - 2 * this.authorizationMs);
    const users = this.byChannel.get(channel) ?? new Map<string, number>();
    users.set(userId, nowMs);
    this.byChannel.set(channel, users);
  }

  /** Revokes everything that user was given so far. */
  revokeUser(userId: string): void {
    this.revokeChannel(everyChannel, userId);
  }

  whyOutdated(authorization: { channel: string; userId: string; issuedMs: number }): string | undefined {
    const { channel, userId, issuedMs } = authorization;
    if (Math.abs(Date.now() - issuedMs) > this.authorizationMs)
      return "This authorization is too old; ask for a new one";
    const revokedMs = Math.max(
      this.lastRevokedMs(channel, userId),
      this.lastRevokedMs(channel, everyone),
      this.lastRevokedMs(everyChannel, userId),
    );
    return issuedMs <= revokedMs ? "This authorization was revoked; ask for a new one" : undefined;
  }

  private lastRevokedMs(channel: string, userId: string): number {
    return this.byChannel.get(channel)?.get(userId) ?? 0;
  }

  private forgetBefore(limitMs: number): void {
    for (const [channel, users] of this.byChannel) {
      for (const [userId, atMs] of users) if (atMs < limitMs) users.delete(userId);
      if (users.size === 0) this.byChannel.delete(channel);
    }
  }
}
