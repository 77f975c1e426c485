import { APICallError } from "ai";
import { AppError } from "../errors.ts";

/**
 * Why a call failed, and what follows from it:
 * `key` the provider refuses the key or has no money left for it: until people save it anew;
 * `model` it does not know the model: until people choose another;
 * `busy` it asks to be left alone for a while; `passing` a fault that may be over at the next attempt;
 * `request` it refuses just this request: another attempt would end the same; `aborted` whoever asked does not want it any more.
 */
export type FailureKind = "key" | "model" | "busy" | "passing" | "request" | "aborted";

export class CallFailure extends Error {
  readonly kind: FailureKind;
  /** As the provider asked for it. */
  readonly retryAfterSeconds: number | undefined;
  /** The provider had begun to answer, or may have: it may want to be paid. */
  readonly mayCost: boolean;

  constructor(kind: FailureKind, message: string, options: { retryAfterSeconds?: number; mayCost?: boolean } = {}) {
    super(message);
    this.name = "CallFailure";
    this.kind = kind;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.mayCost = options.mayCost ?? false;
  }
}

/** A minute: what a provider that asks for a pause without saying how long gets. */
const pauseSeconds = 60;
const mostPauseSeconds = 3_600;

/** Reads what went wrong from what the SDK threw. `began`: something of the answer had arrived. */
export function failureOf(error: unknown, began: boolean): CallFailure {
  if (error instanceof CallFailure) return error;
  if (error instanceof AppError) return new CallFailure("request", error.message);
  const status = statusOf(error);
  const words = wordsOf(error);
  // An answer that began well and could not be read to its end is no refusal.
  if (status === undefined || status < 300)
    return new CallFailure("passing", words, { mayCost: began || !isUnreached(error) });
  if (status === 401 || status === 403 || status === 402 || isUnpaid(words))
    return new CallFailure("key", `${status}: ${words}`);
  if (status === 404 || /model.{0,40}(not found|does not exist)|not_found_error/i.test(words))
    return new CallFailure("model", `${status}: ${words}`);
  if (status === 429 || status === 529)
    return new CallFailure("busy", `${status}: ${words}`, { retryAfterSeconds: retryAfterOf(error) ?? pauseSeconds });
  if (status >= 500 || status === 408 || status === 409) {
    const retryAfterSeconds = retryAfterOf(error);
    return new CallFailure("passing", `${status}: ${words}`, {
      ...(retryAfterSeconds !== undefined ? { retryAfterSeconds } : {}),
      mayCost: began,
    });
  }
  return new CallFailure("request", `${status}: ${words}`);
}

const isUnpaid = (words: string) => /credit balance is too low|insufficient_quota|billing/i.test(words);

function statusOf(error: unknown): number | undefined {
  if (APICallError.isInstance(error)) return error.statusCode ?? inBody(error.responseBody);
  if (typeof error !== "object" || error === null) return undefined;
  // The Ollama client's own error, possibly wrapped; an `overloaded_error` in the middle of a stream.
  if ("status_code" in error && typeof error.status_code === "number") return error.status_code;
  if ("statusCode" in error && typeof error.statusCode === "number") return error.statusCode;
  const type = "type" in error ? error.type : undefined;
  if (type === "overloaded_error") return 529;
  if (type === "rate_limit_error") return 429;
  if (type === "api_error") return 500;
  if ("cause" in error && error.cause !== error) return statusOf(error.cause);
  return undefined;
}

/** A stream whose first event is an error has no status of its own. */
function inBody(body: string | undefined): number | undefined {
  if (!body) return undefined;
  if (body.includes("overloaded_error")) return 529;
  return body.includes("rate_limit_error") ? 429 : undefined;
}

/** RFC 9110: seconds, or a date. */
function retryAfterOf(error: unknown): number | undefined {
  const value = APICallError.isInstance(error) ? error.responseHeaders?.["retry-after"] : undefined;
  if (!value) return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1_000;
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), mostPauseSeconds) : undefined;
}

const unreached = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "ECONNRESET"]);

/** No connection was made, so nothing was asked. */
function isUnreached(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && typeof error.code === "string" && unreached.has(error.code) && error.code !== "ECONNRESET")
    return true;
  return error.cause !== undefined && error.cause !== error && isUnreached(error.cause);
}

/** For people: the provider's words, never longer than a paragraph. */
function wordsOf(error: unknown): string {
  const text = error instanceof Error ? error.message : typeof error === "string" ? error : JSON.stringify(error);
  return (text ?? "unknown").replaceAll("\0", "").toWellFormed().slice(0, 500);
}
