import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "../errors.ts";

/** The share of one endpoint in this process: signed deliveries have a limit of their own, apart from people's and keys'. */
export interface DeliveryRates {
  /** Counts a signed delivery. @throws AppError rate_limited with `retryAfterSeconds`. */
  admit(webhookId: string): Promise<void>;
  /** Whether one more refused delivery is worth a line in the log: a flood of them must not fill it. */
  isWorthALine(webhookId: string): Promise<boolean>;
}

const refusedLinesPerMinute = 20;

function createDeliveryRates(perMinute: number): DeliveryRates {
  const signed = new RateLimiterMemory({ points: perMinute, duration: 60 });
  const refused = new RateLimiterMemory({ points: refusedLinesPerMinute, duration: 60 });
  return {
    async admit(webhookId) {
      const refusal = await consume(signed, webhookId);
      if (!refusal) return;
      const retryAfterSeconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
      throw new AppError(
        "rate_limited",
        `More than ${perMinute} deliveries in a minute to one endpoint. Try again in ${retryAfterSeconds} s.`,
        { retryAfterSeconds },
      );
    },
    isWorthALine: async (webhookId) => (await consume(refused, webhookId)) === undefined,
  };
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<RateLimiterRes | undefined> {
  try {
    await limiter.consume(key);
    return undefined;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal;
    throw refusal;
  }
}

const ofRuntime = new WeakMap<object, DeliveryRates>();

/** The count of a process. */
export function deliveryRates(runtime: { config: { rateWebhook: number } }): DeliveryRates {
  const rates = ofRuntime.get(runtime) ?? createDeliveryRates(runtime.config.rateWebhook);
  ofRuntime.set(runtime, rates);
  return rates;
}
