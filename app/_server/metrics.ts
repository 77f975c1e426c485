import type { IncomingMessage, ServerResponse } from "node:http";
import type { Registry } from "prom-client";
import type { Config } from "#server/config.ts";
import { addDatabaseMetrics, bringsToken, openMetrics } from "#server/metrics.ts";
import type { OpenRuntime } from "#server/runtime.ts";
import type { Origin } from "./origin.ts";
import { refuse } from "./refuse.ts";
import { requestSeconds } from "./request-metrics.ts";

/**
 * Serves `/metrics` in the text format of Prometheus. The runtime is asked for each time until it is there: what the process
 * tells of itself is told also while its database is away.
 */
export function createMetrics(runtime: () => Promise<OpenRuntime | undefined>) {
  let known: { registry: Registry; runtime: OpenRuntime | undefined } | undefined;
  return async (_request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const opened = await runtime();
    if (!known || known.runtime !== opened) {
      const registry = openMetrics(opened);
      registry.registerMetric(requestSeconds);
      if (opened) addDatabaseMetrics(registry, opened);
      known = { registry, runtime: opened };
    }
    const text = await known.registry.metrics();
    response.writeHead(200, { "content-type": known.registry.contentType, "cache-control": "no-store" });
    response.end(text);
  };
}

/**
 * Refuses whoever may not read the figures: they tell how much is worked here, and reading them costs. With
 * `ENTOURAGE_METRICS_TOKEN` whoever brings it may; without, only this machine, and nobody through a proxy on it, which would
 * make the whole world local. Returns true when it has answered.
 */
export function refuseMetrics(
  request: IncomingMessage,
  response: ServerResponse,
  origin: Origin,
  config: Config,
): boolean {
  if (config.metricsToken) {
    if (bringsToken(request.headers.authorization, config.metricsToken)) return false;
    response.setHeader("www-authenticate", "Bearer");
    refuse(response, "unauthenticated", "Send the token of ENTOURAGE_METRICS_TOKEN as `Authorization: Bearer …`.");
    return true;
  }
  const isPublic = !isLoopback(new URL(config.publicUrl).hostname) || config.trustedHops > 0;
  if (isLoopback(origin.address) && !origin.isForwarded && !isPublic) return false;
  refuse(
    response,
    "forbidden",
    "Figures are for this machine, or for whoever brings the token of ENTOURAGE_METRICS_TOKEN.",
  );
  return true;
}

const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[?::1\]?)$/.test(host);
