import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { Actor } from "./context.ts";
import { AppError } from "./errors.ts";
import { count, countFor } from "./tally.ts";

export interface Rates {
  /**
   * Counts one request of an actor, or of an address that nobody could be told from.
   * @throws AppError rate_limited with `retryAfterSeconds` when the minute's share is used up.
   */
  admit(who: Pick<Actor, "id" | "orgId"> | { ip: string }): Promise<void>;
}

/**
 * Counts in this process: a few microseconds a request, no round trip. With replicas the share is per replica, which is
 * good enough for what it protects, the machine.
 */
export function createRates({ ratePerActor, ratePerAddress }: { ratePerActor: number; ratePerAddress: number }): Rates {
  const actors = new RateLimiterMemory({ points: ratePerActor, duration: 60 });
  const addresses = new RateLimiterMemory({ points: ratePerAddress, duration: 60 });
  return {
    async admit(who) {
      try {
        if ("id" in who) await actors.consume(`${who.orgId}|${who.id}`);
        else await addresses.consume(who.ip);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        count("rateLimits", "id" in who ? "actor" : "address");
        if ("id" in who) countFor(who.orgId, "rateLimited");
        const retryAfterSeconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
        const limit = "id" in who ? `${ratePerActor} requests` : `${ratePerAddress} requests without a valid key`;
        throw new AppError("rate_limited", `More than ${limit} in a minute. Try again in ${retryAfterSeconds} s.`, {
          retryAfterSeconds,
        });
      }
    },
  };
}
