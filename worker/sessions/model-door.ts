import type { IncomingMessage, ServerResponse } from "node:http";
import type { Span } from "@opentelemetry/api";
import { z } from "zod";
import { overBudget } from "#server/budgets/refusals.ts";
import { type Context, type Runtime, systemActor } from "#server/context.ts";
import { freshToken } from "#server/credentials/refreshing.ts";
import { openKey } from "#server/credentials/service.ts";
import { AppError, errorCodes } from "#server/errors.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { breakerOf } from "#server/llm/breakers.ts";
import { CallFailure } from "#server/llm/failures.ts";
import { noteFailure } from "#server/llm/outage.ts";
import { type Prepared, prepareCall } from "#server/llm/reserving.ts";
import { freeMoney, holdMoney, insist, settleCall, usedOf } from "#server/llm/settling.ts";
import { partsOf } from "#server/models/routing.ts";
import { guardedFetch } from "#server/outgoing/guarded-fetch.ts";
import type { Tokens } from "#server/prices/service.ts";
import type { SessionUpdate } from "#server/sessions/schema.ts";
import type { Held } from "#server/sessions/driving.ts";
import { tellRefused } from "#server/security/telling.ts";
import { chat, noteUsage } from "#server/tracing/gen-ai.ts";
import { inSpan } from "#server/tracing/spans.ts";
import { lockSessionRow } from "#server/sessions/finding.ts";
import { payerOf } from "#server/sessions/paying.ts";
import { type Shape, shapes } from "./model-shapes.ts";
import { usageReader } from "./model-usage.ts";

const mostBytes = 20 * 1024 * 1024;
const usualOutputTokens = 32_000;

/**
 * The door to models for one session's sandbox: who calls is known by the socket, so the sandbox holds no key. Money is
 * set aside for the most a call can cost, the key is added here (the organization's or, of a free session, its owner's own),
 * and what was used is booked.
 */
export function modelDoor(
  models: Runtime,
  { orgId, sessionId }: Held,
  {
    onUsage,
    onRefused,
    isOurs,
    traceparent,
  }: {
    onUsage: (usage: Extract<SessionUpdate, { kind: "usage" }>) => void;
    /** A call was not made, or failed: agents tell of it in words of their own, or not at all. */
    onRefused?: (failure: { code: string; message: string }) => void;
    isOurs: boolean;
    /** Of the turn that runs, where traces are exported. */
    traceparent?: () => string | null;
  },
) {
  const transact = <Result>(work: (context: Context) => Promise<Result>) =>
    inTransaction(models, systemActor(orgId, "sessions"), { requestId: `session-${newId()}` }, work);

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname: path } = urlOf(request);
    const shape = shapes.find((one) => one.match(path));
    try {
      if (!shape || request.method !== "POST")
        throw new AppError(
          "not_found",
          `There is no ${path} here. There are ${shapes.map((one) => one.path).join(" and ")}.`,
        );
      await answer(shape, request, response);
    } catch (error) {
      if (error instanceof AppError) onRefused?.({ code: error.code, message: error.message });
      refuse(shape, response, error);
    }
  };

  async function answer(shape: Shape, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, shape);
    const bound = boundOf(body);
    const prepared = await prepare(shape, body, bound);
    const words = () => {
      const { provider, name: model } = partsOf(prepared.model);
      return { ...chat({ provider, model, maxTokens: bound.outputTokens }), parent: traceparent?.() };
    };
    return inSpan(words, (span) => pass({ shape, request, response, body, bound, prepared, span }));
  }

  interface Passing {
    shape: Shape;
    request: IncomingMessage;
    response: ServerResponse;
    body: Body;
    bound: Tokens;
    prepared: Prepared & { teamId: string };
    span: Span | undefined;
  }

  async function pass({ shape, request, response, body, bound, prepared, span }: Passing): Promise<void> {
    const { credential } = prepared;
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const stopHolding = holdMoney(prepared, transact);
    let usage: ReturnType<typeof usageReader> | undefined;
    let answered: Response | undefined;
    let booked: Promise<void> | undefined;
    // An answer that is there is nobody's fault: it goes on. What was set aside stays so until its minute is over, and is
    // booked then at the most that the call could cost.
    const bookOnce = () =>
      (booked ??= book(prepared, answered?.ok === true, usage?.used() ?? {}, bound).catch((error: unknown) =>
        models.log?.error(
          { error, orgId, sessionId, reservationId: prepared.reservationId },
          "what a call of a model cost was not booked; it will be at the most it could cost",
        ),
      ));
    try {
      answered = await breakerOf(models, credential).execute(() => call(shape, request, body, prepared, gone.signal));
      const type = answered.headers.get("content-type") ?? "application/json";
      usage = usageReader(shape, {
        isStream: /event-stream/i.test(type),
        mostOutputTokens: bound.outputTokens,
      });
      response.writeHead(answered.status, { "content-type": type });
      if (answered.body)
        for await (const piece of answered.body.values()) {
          usage.take(piece);
          if (!response.write(piece)) await drained(response);
        }
      // Booked before the agent goes on: what it does next finds it counted.
      await bookOnce();
      noteUsage(span, usedOf(usage.used(), bound));
      response.end();
    } catch (error) {
      if (error instanceof CallFailure) {
        await transact((context) => noteFailure(context, prepared, error, prepared.teamId)).catch(() => undefined);
        onRefused?.({ code: error.kind, message: error.message });
        relay(shape, response, error);
      } else if (response.headersSent) response.destroy();
      else throw error;
    } finally {
      stopHolding();
      await bookOnce();
    }
  }

  async function book(prepared: Prepared, isCalled: boolean, reported: Partial<Tokens>, bound: Tokens): Promise<void> {
    if (!isCalled) return insist(() => transact((context) => freeMoney(context, prepared)), models.log);
    const used = usedOf(reported, bound);
    const { costMicros } = await insist(() => transact((context) => settleCall(context, prepared, used)), models.log);
    const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = used;
    onUsage({ kind: "usage", inputTokens: inputTokens + cacheReadTokens + cacheWriteTokens, outputTokens, costMicros });
  }

  async function prepare(shape: Shape, body: Body, bound: Tokens): Promise<Prepared & { teamId: string }> {
    const prepared = await transact(async (context) => {
      const session = await lockSessionRow(context, sessionId);
      if (!["running", "waiting", "ready", "initializing"].includes(session.status))
        throw new AppError("conflict", `The session is ${session.status}: its agent calls no model.`);
      if (!session.model) throw new AppError("unavailable", "The session has no model. set_session_model chooses one.");
      const { teamId, agentId, userId, taskId } = session;
      const { provider } = partsOf(session.model);
      const asked = {
        ...{ orgId, teamId, agentId, userId, taskId, sessionId, purpose: "session", system: "", messages: [] },
        ...{ model: isOurs ? session.model : `${provider}/${body.model}`, maxOutputTokens: bound.outputTokens },
      };
      const payer = await payerOf(context, session);
      const made = await prepareCall(context, models, asked, { bound, sessionId, isOwnSession: false, payer });
      return made.ok ? { ok: true as const, prepared: { ...made.prepared, teamId } } : made;
    });
    if (!prepared.ok) {
      const { message: words } = prepared.refusal;
      await tellRefused(models, orgId, { what: "model", by: { sessionId }, words });
      throw overBudget(prepared.refusal);
    }
    if (shape.apis.some((api) => api === prepared.prepared.credential.api)) return prepared.prepared;
    await transact((context) => freeMoney(context, prepared.prepared));
    throw new AppError(
      "invalid",
      `${prepared.prepared.model} is not reached by ${shape.path}; choose another model or agent.`,
    );
  }

  async function call(
    shape: Shape,
    request: IncomingMessage,
    body: Body,
    { credential, model }: Prepared,
    signal: AbortSignal,
  ): Promise<Response> {
    const isSignIn = credential.form === "sign_in";
    const key = isSignIn
      ? await freshToken(models, credential, transact)
      : openKey(models, credential, credential.sealed);
    const fetch = guardedFetch({ trustedHosts: models.settings.trustedHosts });
    const base = credential.baseUrl.replace(/\/+$/, "");
    const { pathname, search } = urlOf(request);
    const { name } = partsOf(model);
    const target = { api: credential.api, model: name, method: shape.match(pathname)?.method ?? "", search };
    const answered = await fetch(shape.urlAt(base, target), {
      ...{ method: "POST", signal, body: JSON.stringify(shape.fill({ ...body, model: name })) },
      headers: {
        "content-type": "application/json",
        ...(isSignIn ? asBearer : asGiven)(shape.headers(key, request.headers), key),
      },
    });
    if (answered.ok) return answered;
    const words = wordsIn(await answered.text()).slice(0, 2_000);
    const { status } = answered;
    const retryAfter = Number(answered.headers.get("retry-after")) || 60;
    if (status === 401 || status === 403 || status === 402) throw new CallFailure("key", `${status}: ${words}`);
    if (status === 404) throw new CallFailure("model", `${status}: ${words}`);
    if (status === 429 || status === 529)
      throw new CallFailure("busy", `${status}: ${words}`, { retryAfterSeconds: retryAfter });
    throw new CallFailure(status >= 500 ? "passing" : "request", `${status}: ${words}`);
  }
}

const asGiven = (headers: Record<string, string>) => headers;

/** The token of a sign-in is a bearer's (RFC 6750), whatever the form sends a key as. */
function asBearer(headers: Record<string, string>, token: string | null): Record<string, string> {
  const { "x-api-key": _, "x-goog-api-key": __, ...kept } = headers;
  return { ...kept, authorization: `Bearer ${token ?? ""}` };
}

/** What a refusal says: all providers put it under `error`, some as a text, some with its kind beside it. */
function wordsIn(text: string): string {
  try {
    const { error } = refusalForm.parse(JSON.parse(text));
    return typeof error === "string" ? error : error.message;
  } catch {
    return text;
  }
}

const refusalForm = z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) });

type Body = z.output<typeof bodyForm>;
const bodyForm = z.looseObject({
  model: z.string().max(200),
  max_tokens: z.int().min(1).max(1_000_000).optional(),
  max_completion_tokens: z.int().min(1).max(1_000_000).optional(),
  max_output_tokens: z.int().min(1).max(1_000_000).nullish(),
  generationConfig: z.looseObject({ maxOutputTokens: z.int().min(1).max(1_000_000).optional() }).optional(),
  stream: z.boolean().optional(),
});

const urlOf = ({ url }: IncomingMessage) => new URL(url ?? "/", "http://model");

/** A token is at least a byte of its text, so the bytes of all that is sent are a bound. */
const boundOf = (body: Body): Tokens => ({
  inputTokens: Buffer.byteLength(JSON.stringify(body)) + 1_024,
  outputTokens:
    body.max_tokens ??
    body.max_completion_tokens ??
    body.max_output_tokens ??
    body.generationConfig?.maxOutputTokens ??
    usualOutputTokens,
  ...{ cacheReadTokens: 0, cacheWriteTokens: 0 },
});

/** The model stands in the body or, in some forms, in the path. */
async function readBody(request: IncomingMessage, shape: Shape): Promise<Body> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const given of request) {
    const piece = Buffer.from(given instanceof Uint8Array ? given : String(given));
    bytes += piece.length;
    if (bytes > mostBytes) throw new AppError("too_large", `A request to a model has at most ${mostBytes} bytes.`);
    pieces.push(piece);
  }
  let given: unknown;
  try {
    given = JSON.parse(Buffer.concat(pieces).toString());
  } catch {
    throw new AppError("invalid", "The body is not JSON.");
  }
  const { model } = shape.match(urlOf(request).pathname) ?? {};
  const named = model && typeof given === "object" ? { ...given, model } : given;
  const parsed = bodyForm.safeParse(named);
  if (parsed.success) return parsed.data;
  throw new AppError("invalid", z.prettifyError(parsed.error));
}

const drained = (response: ServerResponse) =>
  new Promise<void>((done) => {
    response.once("drain", done);
    response.once("close", done);
  });

function refuse(shape: Shape | undefined, response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const told =
    error instanceof AppError
      ? error
      : new AppError("unavailable", "The call could not be made.", { retryAfterSeconds: 5 });
  say(shape, response, statusFor(told), told.code, told.message);
}

/**
 * Clients of all forms try again after 408, 409, 429 and 5xx, and tell of that rather than of why: so only where waiting
 * helps. What people have to mend is a bad request.
 */
function statusFor({ code, details }: AppError): number {
  const isPassing = details?.retryAfterSeconds !== undefined || details?.down !== undefined;
  const needsPeople = code === "conflict" || (code === "unavailable" && !isPassing);
  return needsPeople ? 400 : errorCodes[code].http;
}

const statusOf = { key: 401, model: 404, busy: 429, passing: 502, request: 400, aborted: 499 } as const;
const relay = (shape: Shape, response: ServerResponse, { kind, message }: CallFailure) =>
  response.headersSent ? void response.destroy() : say(shape, response, statusOf[kind], kind, message);

/** In the form of the API: agents show it to people. Google's has the status as a number where the others have words. */
function say(shape: Shape | undefined, response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  const type = status === 400 ? "invalid_request_error" : code;
  const told = shape?.isGoogle
    ? { error: { code: status, message, status: code.toUpperCase() } }
    : { type: "error", error: { type, message, code } };
  response.end(JSON.stringify(told));
}
