import {
  type Attributes,
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";

declare global {
  // Next bundles route modules apart from the process that serves them; globalThis is what they share.
  var entourageTracing: boolean | undefined;
}

export interface SpanWords {
  name: string;
  kind?: "internal" | "server" | "client";
  attributes?: Attributes;
  /** A `traceparent`: what caused it, in another process or earlier. Left out: what is under way. */
  parent?: string | null | undefined;
}

const kinds = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT };

/**
 * Does some work as a span of a trace: what it does in turn is found below it, and a failure is marked. While nothing is
 * exported it is the work and one look at a variable.
 */
export async function inSpan<Result>(
  words: SpanWords | (() => SpanWords),
  work: (span: Span | undefined) => Promise<Result>,
): Promise<Result> {
  if (!globalThis.entourageTracing) return work(undefined);
  const span = open(typeof words === "function" ? words() : words);
  try {
    return await context.with(trace.setSpan(context.active(), span), () => work(span));
  } catch (error) {
    const kind = error instanceof Error ? error.name : "Error";
    // The message may hold what somebody wrote; its kind does not.
    span.setAttribute("error.type", codeOf(error) ?? kind);
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

/** A span of something that has ended already. `parent`: what `traceparentOf` gave. */
export function tellSpan(words: SpanWords, { startedAt, isFailed }: { startedAt: number; isFailed: boolean }): void {
  if (!globalThis.entourageTracing) return;
  const span = open(words, startedAt);
  if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** What to hand on, so that what is caused is found in the same trace; null while nothing is exported. */
export function traceparentOf(span: Span | undefined = trace.getActiveSpan()): string | null {
  if (!globalThis.entourageTracing || !span) return null;
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}

function open({ name, kind = "internal", attributes = {}, parent }: SpanWords, startTime?: number): Span {
  const options = { kind: kinds[kind], attributes, ...(startTime === undefined ? {} : { startTime }) };
  const from = parent ? readParent(parent) : undefined;
  return trace.getTracer("entourage").startSpan(name, options, from ?? context.active());
}

/** https://www.w3.org/TR/trace-context/#traceparent-header */
function readParent(traceparent: string) {
  const [, traceId = "", spanId = "", flags = "00"] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent) ?? [];
  const parent = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(parent) ? trace.setSpanContext(ROOT_CONTEXT, parent) : undefined;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
