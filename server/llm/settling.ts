import { setTimeout as delay } from "node:timers/promises";
import { release, renewReservation } from "../budgets/freeing.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { stopSession } from "../sessions/closing.ts";
import { lockSessionRow } from "../sessions/finding.ts";
import { bookUsage } from "../sessions/usage.ts";
import { count } from "../tally.ts";
import type { Tokens } from "../prices/service.ts";
import type { Prepared } from "./reserving.ts";

/** A reservation lives a minute: renewed well before, also when one renewal is lost. */
const renewEveryMs = 20_000;

/** Keeps the money of a call set aside while it runs. @returns what ends that. */
export function holdMoney(
  prepared: Prepared,
  transact: <Result>(work: (context: Context) => Promise<Result>) => Promise<Result>,
): () => void {
  const timer = setInterval(() => {
    // A database that is away is asked again in a while; what ran out is settled all the same, as far as there is room.
    transact((context) => renewReservation(context, prepared.reservationId)).catch(() => undefined);
  }, renewEveryMs);
  return () => clearInterval(timer);
}

/** What a call used: as reported; where nothing was, what it could have used at most. */
export function usedOf(reported: Partial<Tokens>, bound: Tokens): Tokens {
  const { inputTokens, cacheReadTokens = 0, cacheWriteTokens = 0, outputTokens } = reported;
  return {
    ...(inputTokens === undefined
      ? { inputTokens: bound.inputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 }
      : { inputTokens, cacheReadTokens, cacheWriteTokens }),
    outputTokens: outputTokens ?? bound.outputTokens,
  };
}

/** Books what a call used, once however often it is tried, and frees the rest. */
export async function settleCall(
  context: Context,
  { sessionId, reservationId, model }: Prepared,
  used: Tokens,
): Promise<{ costMicros: number; uncoveredMicros: number }> {
  const input = { sessionId, model, ...used, reservationId, key: reservationId };
  const { costMicros, uncoveredMicros } = await bookUsage(context, input);
  count("modelTokens", "input", used.inputTokens + used.cacheReadTokens + used.cacheWriteTokens);
  count("modelTokens", "output", used.outputTokens);
  count("modelMicros", "yes", costMicros - uncoveredMicros);
  if (uncoveredMicros > 0) count("modelMicros", "no", uncoveredMicros);
  return { costMicros, uncoveredMicros };
}

/** The call was not made, or refused before anything of it counted. */
export async function freeMoney(context: Context, { reservationId }: Prepared): Promise<void> {
  await release(context, [reservationId]);
}

export async function endSessionOf(context: Context, sessionId: string): Promise<void> {
  await stopSession(context, await lockSessionRow(context, sessionId), null);
}

/**
 * Tries until the database is back: money that was spent must be booked. Gives up after a minute or so, and at once where
 * trying again changes nothing.
 */
export async function insist<Result>(
  work: () => Promise<Result>,
  log: Pick<Logger, "warn"> | undefined,
): Promise<Result> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AppError || attempt >= 40 || isLasting(error)) throw error;
      if (attempt % 10 === 0) log?.warn({ error, attempt }, "what was done is not written down yet; it is tried again");
      await delay(Math.min(2_000, 50 * 2 ** attempt));
    }
  }
}

/** Classes of SQLSTATE: wrong cardinality, values, constraints, names or rights, checks of views, errors that a function raises. */
const lasting = new Set(["21", "22", "23", "42", "44", "P0"]);

/** What the database says of the statement itself, rather than of its own state (PostgreSQL's manual, appendix A). */
function isLasting(error: unknown): boolean {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  const code: unknown = Reflect.get(Object(cause), "code");
  return typeof code === "string" && code.length === 5 && lasting.has(code.slice(0, 2));
}
