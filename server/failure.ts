import { AppError, type ErrorBody } from "./errors.ts";
import type { Logger } from "./log.ts";

/** The database is away, full or restarting: the same request will do in a moment. */
const away = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOENT",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
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
  const known = error instanceof AppError ? error : callersFault(error);
  if (known) {
    const { code, message, details } = known;
    return details ? { code, message, details, requestId } : { code, message, requestId };
  }
  log.error({ error, requestId }, "request failed");
  return { code: "internal", message: "Internal error.", requestId };
}

function callersFault(error: unknown): AppError | undefined {
  const code = codeOf(error);
  if (code === undefined) return undefined;
  if (away.has(code))
    return new AppError("unavailable", "The database is not there at the moment. Try again.", { retryAfterSeconds: 1 });
  // Class 22, data exceptions: what passed the schema and still has no place in PostgreSQL.
  if (code.startsWith("22") && code.length === 5)
    return new AppError("invalid", "The input holds a value that cannot be stored, such as a NUL or half a character.");
  return undefined;
}

/** The code of the driver or of PostgreSQL, which our database layer wraps as the cause. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string" && "severity" in error) return error.code;
  if (error.cause) return codeOf(error.cause);
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}
