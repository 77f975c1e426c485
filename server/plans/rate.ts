import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { Actor } from "../context.ts";
import { AppError } from "../errors.ts";

const perMinute = 5;

declare global {
  // Next bundles route modules apart from each other; they count together.
  var entouragePlanWritings: RateLimiterMemory | undefined;
}

/** Counts a plan that a model is asked to write: it costs money before anybody has read it. @throws AppError rate_limited */
export async function admitWriting({ orgId, id }: Pick<Actor, "orgId" | "id">): Promise<void> {
  globalThis.entouragePlanWritings ??= new RateLimiterMemory({ points: perMinute, duration: 60 });
  try {
    await globalThis.entouragePlanWritings.consume(`${orgId}|${id}`);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const retryAfterSeconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    throw new AppError(
      "rate_limited",
      `A model writes at most ${perMinute} plans a minute for you. Try again in ${retryAfterSeconds} s, or take a template: it needs no model.`,
      { retryAfterSeconds },
    );
  }
}
