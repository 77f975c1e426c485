import { AppError, type ErrorBody } from "./errors.ts";
import type { Logger } from "./log.ts";
import { count } from "./tally.ts";

/** The database is away, full or restarting: the same request will do in a moment. */
const away = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "53100", // its disk is full
  "53300",
  "57P01",
  "57P02",
  "57P03",
]);

/**
 * What a door says of a failure. An AppError is said as it is; what the database cannot store (a NUL in a text) is the
 * caller's too; a database that is away is `unavailable`; all else is a bug: logged with its stack, and only its
 * request id is told.
 */
export function describeFailure(error: unknown, requestId: string, log: Logger): ErrorBody["error"] {
  const known = error instanceof AppError ? error : asAppError(error);
  count("refusals", known?.code ?? "internal");
  if (known) {
    const { code, message, details } = known;
    return details ? { code, message, details, requestId } : { code, message, requestId };
  }
  log.error({ error, requestId }, "request failed");
  return { code: "internal", message: internalWords(requestId), requestId };
}

/** What is said of a bug of ours: its request, and what one can do about it. */
export const internalWords = (requestId: string): string =>
  `Internal error, request ${requestId}. The fault is ours: try once more; if it comes again, give this id to the people who run the server.`;

/** What a failure of the database is to a caller; undefined for what is a bug of ours. */
export function asAppError(error: unknown): AppError | undefined {
  const cause = driverError(error);
  if (!cause) return undefined;
  if (away.has(cause.code))
    return new AppError("unavailable", "The database is not there at the moment. Try again.", { retryAfterSeconds: 1 });
  // A NUL in a text or in JSON; half a character in JSON. Other data exceptions are bugs of ours.
  const cannotBeStored =
    cause.code === "22021" ||
    cause.code === "22P05" ||
    (cause.code === "22P02" && cause.message.includes("input syntax for type json"));
  if (cannotBeStored)
    return new AppError("invalid", "The input holds a character that cannot be stored, such as a NUL.");
  return undefined;
}

/** What the driver or PostgreSQL said, which our database layer wraps as the cause. */
function driverError(error: unknown): (Error & { code: string }) | undefined {
  if (!(error instanceof Error)) return undefined;
  if (hasCode(error)) return error;
  return driverError(error.cause);
}

const hasCode = (error: Error): error is Error & { code: string } => "code" in error && typeof error.code === "string";
