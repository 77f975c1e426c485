import { sql } from "drizzle-orm";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { Runtime, Settings } from "../context.ts";
import { AppError } from "../errors.ts";
import { asSystem } from "./actor.ts";
import { hashSecret } from "./secret.ts";

const seconds = 60;

declare global {
  // Next bundles route modules apart; signing in and signing up are counted together.
  var entourageAttempts: RateLimiterMemory | undefined;
}

/**
 * Counts an attempt to sign in or up: for an address, and for an account from wherever it comes. All processes count
 * together; each counts by itself before, so that a flood ends there and not in the database.
 * @throws AppError rate_limited with `retryAfterSeconds`.
 */
export async function admitAttempt(
  runtime: Runtime,
  { ip, account }: { ip: string; account?: string | undefined },
): Promise<void> {
  const names = [`ip|${ip}`, ...(account ? [`account|${account.slice(0, 254)}`] : [])];
  for (const name of names) await countHere(runtime.settings, name);
  const left = await asSystem(runtime, async ({ tx }) => {
    // In one order, so that two who share both never wait for each other.
    const who = JSON.stringify(names.map(hashSecret).toSorted());
    const rows = await tx.execute<{
      tries: number;
      left: number;
    }>(sql`insert into sign_in_attempts as a (who, tries, ends_at)
      select value, 1, now() + make_interval(secs => ${seconds}) from jsonb_array_elements_text(${who}::text::jsonb)
      on conflict (who) do update set tries = case when a.ends_at > now() then a.tries + 1 else 1 end,
        ends_at = case when a.ends_at > now() then a.ends_at else excluded.ends_at end
      returning tries, extract(epoch from ends_at - now())::float8 as left`);
    return Math.max(0, ...rows.filter(({ tries }) => tries > runtime.settings.rateSignIn).map((row) => row.left));
  });
  if (left > 0) throw tooMany(left);
}

/** The same for somebody who is signed in and names short codes; counted by this process alone. */
export const admitCode = (settings: Pick<Settings, "rateSignIn">, userId: string): Promise<void> =>
  countHere(settings, `user codes of ${userId}`);

const guesses = new RateLimiterMemory({ points: 10, duration: seconds });

/** Counts guesses of one's own password, by somebody who found a browser open. @throws AppError rate_limited */
export const admitPasswordGuess = (userId: string): Promise<void> => countIn(guesses, userId);

function countHere({ rateSignIn }: Pick<Settings, "rateSignIn">, name: string): Promise<void> {
  globalThis.entourageAttempts ??= new RateLimiterMemory({ points: rateSignIn, duration: seconds });
  return countIn(globalThis.entourageAttempts, name);
}

async function countIn(limiter: RateLimiterMemory, name: string): Promise<void> {
  try {
    await limiter.consume(name);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw tooMany(refusal.msBeforeNext / 1000);
  }
}

function tooMany(secondsLeft: number): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil(secondsLeft));
  return new AppError("rate_limited", `Too many attempts. Try again in ${retryAfterSeconds} s.`, { retryAfterSeconds });
}
