import type { ServerResponse } from "node:http";
import { type ErrorBody, errorCodes } from "#server/errors.ts";

/** Answers with one of the product's errors, in the form of every JSON door. Does nothing when an answer has begun. */
export function refuse(
  response: ServerResponse,
  code: ErrorBody["error"]["code"],
  message: string,
  status = statusOf(code),
): void {
  if (response.headersSent) return;
  const body: ErrorBody = { error: { code, message, requestId: String(response.getHeader("x-request-id")) } };
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}

function statusOf(code: ErrorBody["error"]["code"]): number {
  return code === "internal" ? 500 : errorCodes[code].http;
}
