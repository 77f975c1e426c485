import { isJsonContentType } from "@modelcontextprotocol/server";
import { principalOf } from "#server/context.ts";
import {
  addressOf,
  type Caller,
  type Door,
  enter,
  explain,
  inTrace,
  readJsonText,
  requestIdOf,
  retryAfter,
  wouldEnter,
} from "#server/door.ts";
import { type ErrorBody, errorCodes } from "#server/errors.ts";
import type { OpenRuntime } from "#server/runtime.ts";
import { createProtocol, type Guest } from "./protocol.ts";
import { answerStranger } from "./stranger.ts";
import { answerPlain, isRecord, recognise } from "./thin-path.ts";

/** The door for agents: the Model Context Protocol in its revisions 2026-07-28 and 2025-11-25, by API key. */
export function createMcp() {
  let protocol: ReturnType<typeof openProtocol> | undefined;
  /** Calls of the older era that can be called off by a notification of their own. */
  const running = new Map<string, AbortController>();

  return async function answer(door: Door, request: Request): Promise<Response> {
    const requestId = requestIdOf(request);
    let caller: Guest;
    let body: unknown;
    try {
      caller = {
        ...(await enter(door, request, requestId)),
        isStillWelcome: () => wouldEnter(door, request),
      };
    } catch (error) {
      const signedIn = await answerStranger(door, request, requestId, error);
      return signedIn ?? turnAway(request, explain(door, error, requestId));
    }
    const { runtime } = door;
    // What could not be opened is tried again by the next request.
    protocol ??= openProtocol(runtime).catch((error: unknown) => {
      protocol = undefined;
      throw error;
    });
    const serve = await protocol;
    // A stream that stays open ends with the access of whoever opened it.
    const endingWithAccess = (answered: Response) => runtime.access?.ending(answered, caller.actor) ?? answered;
    if (request.method !== "POST") return endingWithAccess(await serve(request, undefined, caller));
    if (!isJsonContentType(request.headers.get("content-type")))
      return protocolError(415, -32000, "Unsupported media type: send application/json.");
    try {
      body = JSON.parse(await readJsonText(request, runtime.config.bodyLimitKilobytes * 1024));
    } catch (error) {
      if (error instanceof SyntaxError) return protocolError(400, -32700, "Parse error: the body is not JSON.");
      return turnAway(request, caller.explain(error));
    }
    caller = inTrace(door, caller, traceOf(body));
    const plain = runtime.config.mcpConformance === "1" ? undefined : recognise(request, body);
    if (plain) return answerCancellable(request, plain.id, caller, (signal) => answerPlain(plain, caller, signal));
    callOff(request, body, caller);
    const response = endingWithAccess(await serve(request, body, caller));
    response.headers.set("x-request-id", caller.requestId);
    return response;
  };

  /** A client of the older era does not hang up when it loses interest; it says so in another request. */
  async function answerCancellable(
    request: Request,
    id: string | number,
    caller: Caller,
    work: (signal: AbortSignal) => Promise<Response>,
  ): Promise<Response> {
    const session = request.headers.get("mcp-session-id");
    if (!session) return work(request.signal);
    const key = `${principalOf(caller.actor)}|${session}|${id}`;
    const calledOff = new AbortController();
    running.set(key, calledOff);
    try {
      return await work(AbortSignal.any([request.signal, calledOff.signal]));
    } finally {
      running.delete(key);
    }
  }

  function callOff(request: Request, body: unknown, caller: Caller): void {
    if (!isRecord(body) || body.method !== "notifications/cancelled" || !isRecord(body.params)) return;
    const session = request.headers.get("mcp-session-id");
    running.get(`${principalOf(caller.actor)}|${session}|${String(body.params.requestId)}`)?.abort();
  }
}

/** Clients tell the trace they are in with each request (`_meta.traceparent`, SEP-414). */
function traceOf(body: unknown): unknown {
  if (!isRecord(body) || !isRecord(body.params) || !isRecord(body.params._meta)) return undefined;
  return body.params._meta.traceparent;
}

/** The fixtures of the conformance suite are not even loaded without the flag. */
async function openProtocol(runtime: OpenRuntime) {
  const extras = runtime.config.mcpConformance === "1" ? (await import("./fixtures/extras.ts")).fixtures : undefined;
  return createProtocol(runtime, extras);
}

/** Somebody who does not come in. A client without a key learns where it is told how to get one. */
function turnAway(request: Request, error: ErrorBody["error"]): Response {
  const status = error.code === "internal" ? 500 : errorCodes[error.code].http;
  const metadata = `${addressOf(request)}/.well-known/oauth-protected-resource/mcp`;
  return protocolError(status, -32000, `${error.code}: ${error.message}`, {
    "x-request-id": error.requestId,
    ...retryAfter(error),
    ...(status === 401 && { "www-authenticate": `Bearer resource_metadata="${metadata}"` }),
  });
}

function protocolError(status: number, code: number, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status, headers });
}
