import { notePresence } from "./agents/presence.ts";
import type { RequestFacts } from "./auth/session.ts";
import type { Actor } from "./context.ts";
import { AppError, type ErrorBody, errorCodes } from "./errors.ts";
import { inTransaction } from "./execute.ts";
import { describeFailure } from "./failure.ts";
import { newId } from "./ids.ts";
import { renewLeasesOf } from "./leases/fence.ts";
import type { OpenRuntime } from "./runtime.ts";
import { traceIdOf } from "./trace.ts";

/** Decides what of a request's words about its caller is true. */
export type Authenticate = (runtime: OpenRuntime, facts: RequestFacts) => Promise<Actor>;

/** What every door of a process stands on. */
export interface Door {
  runtime: OpenRuntime;
  authenticate: Authenticate;
}

/** Somebody who came through a door. */
export interface Caller {
  actor: Actor;
  runtime: OpenRuntime;
  requestId: string;
  /** Ends when they hang up. */
  signal: AbortSignal;
  /** What to tell them of a failure; logs what was our fault. */
  explain(error: unknown): ErrorBody["error"];
}

/**
 * Lets a request in: not from a page of another site, by somebody known, within their rate. Any call of an
 * agent is a sign of life.
 * @throws AppError forbidden, unauthenticated, rate_limited.
 */
export async function enter({ runtime, authenticate }: Door, request: Request, requestId: string): Promise<Caller> {
  admitPage(request, runtime);
  const facts = factsOf(request);
  const { ip } = facts;
  const actor = await authenticate(runtime, facts).catch(async (error: unknown) => {
    // Only strangers are counted by address, so that one cannot use up the share of the others behind it.
    if (error instanceof AppError && error.code === "unauthenticated") await runtime.rates.admit({ ip });
    throw error;
  });
  await runtime.rates.admit(actor);
  if (actor.agent) await showLife(runtime, actor, requestId);
  return {
    actor,
    runtime,
    requestId,
    signal: request.signal,
    explain: (error) => describeFailure(error, requestId, runtime.log),
  };
}

/** Whether somebody who came in would be let in again now: asked while a stream of theirs is open. */
export async function wouldEnter({ runtime, authenticate }: Door, request: Request): Promise<boolean> {
  try {
    await authenticate(runtime, factsOf(request));
    return true;
  } catch (error) {
    // A database that is away says nothing about anybody.
    return !(error instanceof AppError && (error.code === "unauthenticated" || error.code === "forbidden"));
  }
}

function factsOf({ headers, method }: Request): RequestFacts {
  return {
    authorization: headers.get("authorization") ?? undefined,
    cookie: headers.get("cookie") ?? undefined,
    orgRef: headers.get("x-entourage-org") ?? undefined,
    ip: headers.get("x-forwarded-for") ?? "unknown",
    origin: headers.get("origin") ?? undefined,
    method,
    contentType: headers.get("content-type") ?? undefined,
  };
}

/** What to tell somebody of a failure before they came in. */
export const explain = ({ runtime }: Door, error: unknown, requestId: string): ErrorBody["error"] =>
  describeFailure(error, requestId, runtime.log);

/** Somebody who is in a trace that only the body of their request tells: everything they cause is found by it. */
export function inTrace<Guest extends Caller>(door: Door, caller: Guest, traceparent: unknown): Guest {
  const traceId = traceIdOf(traceparent);
  if (!traceId) return caller;
  return { ...caller, requestId: traceId, explain: (error: unknown) => explain(door, error, traceId) };
}

/** The id that the front gave the request; it goes into events, logs, push and the answer. */
export const requestIdOf = (request: Request): string => request.headers.get("x-request-id") ?? newId();

/** The address this request was sent to, as the caller sees it. The front has checked the host. */
export function addressOf(request: Request): string {
  const host = request.headers.get("x-forwarded-host") ?? request.headers.get("host");
  const protocol = request.headers.get("x-forwarded-proto") ?? "http";
  return host ? `${protocol}://${host}` : new URL(request.url).origin;
}

/** A failure as the HTTP answer of every JSON door. */
export function refusal(error: ErrorBody["error"], headers: Record<string, string> = {}): Response {
  const status = error.code === "internal" ? 500 : errorCodes[error.code].http;
  return Response.json({ error } satisfies ErrorBody, {
    status,
    headers: { "cache-control": "no-store", "x-request-id": error.requestId, ...retryAfter(error), ...headers },
  });
}

/** `Retry-After`, where waiting helps. */
export function retryAfter({ details }: Pick<ErrorBody["error"], "details">): Record<string, string> {
  const seconds = details?.retryAfterSeconds;
  return typeof seconds === "number" ? { "retry-after": String(seconds) } : {};
}

/**
 * The text of a JSON body.
 * @throws AppError invalid for another content type, too_large beyond the limit.
 */
export async function readJsonText(request: Request, limitBytes: number): Promise<string> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new AppError("invalid", `Send JSON with "content-type: application/json", not "${type.slice(0, 100)}".`);
  if (Number(request.headers.get("content-length") ?? 0) > limitBytes) throw tooLarge(limitBytes);
  const text = await request.text();
  // A character is at most three bytes, so most bodies need not be counted.
  if (text.length * 3 > limitBytes && Buffer.byteLength(text) > limitBytes) throw tooLarge(limitBytes);
  return text;
}

const tooLarge = (limitBytes: number) =>
  new AppError("too_large", `The body is larger than ${Math.floor(limitBytes / 1024)} KB.`);

/** A browser always says which page asks; a page of another site is let in by setting only. @throws AppError forbidden */
export function admitPage(request: Request, { config }: OpenRuntime): void {
  const from = request.headers.get("origin");
  if (from === null || from === addressOf(request) || config.corsOrigins.includes(from)) return;
  if (from === new URL(config.publicUrl).origin) return;
  throw new AppError("forbidden", "Pages of this origin may not call. ENTOURAGE_CORS_ORIGINS lists those that may.");
}

const shownLife = new Map<string, number>();

/**
 * Any call of an agent says that it lives, and renews the leases of an external one. Twice a minute is enough for leases
 * of half an hour, and costs the calls between nothing; shorter ones need it sooner.
 */
async function showLife(runtime: OpenRuntime, actor: Actor, requestId: string): Promise<void> {
  const now = Date.now();
  const everyMs = Math.min(30, runtime.settings.leaseSeconds.external / 3) * 1000;
  if (now - (shownLife.get(actor.id) ?? 0) < everyMs) return;
  if (shownLife.size > 10_000) shownLife.clear();
  shownLife.set(actor.id, now);
  await inTransaction(runtime, actor, { requestId }, async (context) => {
    if (actor.agent?.runtime === "external") await renewLeasesOf(context);
    await notePresence(context);
  }).catch((error: unknown) => {
    shownLife.delete(actor.id);
    runtime.log.warn({ error, requestId, actor: actor.id }, "leases were not renewed");
  });
}
