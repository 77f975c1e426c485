import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "../errors.ts";

export interface Attempts {
  /** Counts one attempt, for the address and for the account. @throws AppError rate_limited with `retryAfterSeconds`. */
  admit(attempt: { ip: string; account?: string | undefined }): Promise<void>;
}

/** Counts attempts to sign in or up per minute: for an address, and for an account from wherever they come. */
export function createAttempts(perMinute: number): Attempts {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  return {
    async admit({ ip, account }) {
      try {
        await limiter.consume(`ip|${ip}`);
        if (account) await limiter.consume(`account|${account.slice(0, 254)}`);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        const retryAfterSeconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
        throw new AppError("rate_limited", `Too many attempts. Try again in ${retryAfterSeconds} s.`, {
          retryAfterSeconds,
        });
      }
    },
  };
}

declare global {
  // Next bundles route modules apart; signing in and signing up are counted together.
  var entourageAttempts: Attempts | undefined;
}

/** The count of this process. */
export function attempts({ rateSignIn }: { rateSignIn: number }): Attempts {
  globalThis.entourageAttempts ??= createAttempts(rateSignIn);
  return globalThis.entourageAttempts;
}

const guesses = createAttempts(10);

/** Counts guesses of one's own password, by somebody who found a browser open. @throws AppError rate_limited */
export function admitPasswordGuess(userId: string): Promise<void> {
  return guesses.admit({ ip: `user ${userId}` });
}
