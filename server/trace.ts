/**
 * The trace id of a `traceparent` (W3C Trace Context, https://www.w3.org/TR/trace-context/#traceparent-header): a caller
 * that has one finds everything its request caused under it. Undefined for anything else.
 */
export function traceIdOf(traceparent: unknown): string | undefined {
  if (typeof traceparent !== "string") return undefined;
  const found = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-|$)/.exec(traceparent);
  return found?.[1];
}
