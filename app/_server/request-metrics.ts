import { Histogram } from "prom-client";

/** How requests end, by the door they came through. Made here, where they end; `/metrics` takes it into its registry. */
export const requestSeconds = new Histogram({
  name: "entourage_http_request_seconds",
  help: "Requests by door and status, and how long they took. Waiting calls and streams take as long as they wait.",
  labelNames: ["door", "status"],
  buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60],
  registers: [],
});

const doors = [
  ["mcp", /^\/mcp(\/|$)/],
  ["git", /^\/api\/git\//],
  ["trpc", /^\/api\/trpc\//],
  ["events", /^\/api\/events$/],
  ["auth", /^\/api\/(auth|realtime)\//],
  ["http", /^\/(api|stats)(\/|$)/],
  ["webhooks", /^\/webhooks\//],
  ["assets", /^\/(_next\/|favicon|icon)/],
  ["probes", /^\/(healthz|readyz|health|metrics)$/],
] as const;

/** The door of a path: one of ten words, so that no path of a caller becomes a label. */
export const doorOf = (path: string): string => doors.find(([, pattern]) => pattern.test(path))?.[0] ?? "pages";
