/** What can go wrong because of the caller, and how each door says it. The one map of the whole product. */
export const errorCodes = {
  invalid: { http: 400, trpc: "BAD_REQUEST", exit: 2 },
  unauthenticated: { http: 401, trpc: "UNAUTHORIZED", exit: 3 },
  over_budget: { http: 402, trpc: "PAYMENT_REQUIRED", exit: 5 },
  forbidden: { http: 403, trpc: "FORBIDDEN", exit: 3 },
  not_found: { http: 404, trpc: "NOT_FOUND", exit: 4 },
  conflict: { http: 409, trpc: "CONFLICT", exit: 5 },
  too_large: { http: 413, trpc: "PAYLOAD_TOO_LARGE", exit: 2 },
  rate_limited: { http: 429, trpc: "TOO_MANY_REQUESTS", exit: 75 },
  unavailable: { http: 503, trpc: "SERVICE_UNAVAILABLE", exit: 75 },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/**
 * A failure the caller caused (or has to wait for) and may read. The message says what is possible now.
 * Anything else that is thrown is a bug: it is logged with its stack and answered "internal error".
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  /** Machine-readable particulars, e.g. `{ blockers: [12, 15] }`; for 429 and 503 `retryAfterSeconds`. */
  readonly details: Record<string, unknown> | undefined;

  /**
   * Told by its name: Next bundles routes apart from the process that serves them, so a web process has this class twice,
   * and a refusal made by the one must not be a bug to the other.
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Error[Symbol.hasInstance](value) && Reflect.get(Object(value), "name") === "AppError";
  }

  constructor(code: ErrorCode, message: string, details?: Record<string, unknown>) {
    super(message);
    this.name = "AppError";
    this.code = code;
    this.details = details;
  }
}

/** The answer of every JSON door for a failure. */
export interface ErrorBody {
  error: { code: ErrorCode | "internal"; message: string; details?: Record<string, unknown>; requestId: string };
}
