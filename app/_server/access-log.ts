import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "#server/log.ts";
import type { Origin } from "./origin.ts";
import { doorOf, requestSeconds } from "./request-metrics.ts";

/** One line per request when it ends. Never the query: it can carry tickets. */
export function logAccess(log: Logger, request: IncomingMessage, response: ServerResponse, origin: Origin): void {
  const begun = performance.now();
  const [path = "/"] = (request.url ?? "/").split("?");
  response.once("close", () => {
    requestSeconds.observe({ door: doorOf(path), status: response.statusCode }, (performance.now() - begun) / 1000);
    const fields = {
      // An agent tells its trace in the body; then the answer carries it, as events and logs do.
      requestId: response.getHeader("x-request-id") ?? origin.id,
      method: request.method,
      path,
      status: response.statusCode,
      milliseconds: Math.round((performance.now() - begun) * 10) / 10,
      address: origin.address,
      agent: request.headers["user-agent"]?.slice(0, 120),
      aborted: response.writableFinished ? undefined : true,
    };
    const isQuiet =
      path.startsWith("/_next/") ||
      path === "/healthz" ||
      path === "/readyz" ||
      path === "/health" ||
      path === "/metrics";
    log[response.statusCode >= 500 ? "error" : isQuiet ? "debug" : "info"](fields, "request");
  });
}
