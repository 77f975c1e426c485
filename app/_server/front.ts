import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Config } from "#server/config.ts";
import type { Logger } from "#server/log.ts";
import { internalWords } from "#server/failure.ts";
import { attachmentLimitKilobytes } from "#server/sessions/schema.ts";
import { logAccess } from "./access-log.ts";
import { limitBody } from "./body-limit.ts";
import type { Report } from "./health.ts";
import { refuseMetrics } from "./metrics.ts";
import { inSpan } from "#server/tracing/spans.ts";
import { isAllowedHost, isForeignPage, type Origin, settleOrigin } from "./origin.ts";
import { refuse } from "./refuse.ts";
import { dropUnreadableTree, isReadableTarget } from "./request-target.ts";
import { answerCors, protectResponse } from "./response-headers.ts";
import { isPreview } from "./previews.ts";
import { endUpgrade, proxyRequestToWorker, proxyToWorker } from "./worker-proxy.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export type FrontOptions = {
  config: Config;
  /** Next rebuilds pages while they are edited, and needs `eval` and its own WebSocket for it. */
  dev: boolean;
  log: Logger;
  health: () => Report;
  readiness: () => Promise<Report>;
  /** Serves `/metrics` to whoever may read it. */
  metrics: Handler;
  /** True from the moment we were told to stop. */
  isDraining: () => boolean;
  /** Serves `/api/git/…`: its bodies have no limit here and never pass through Next. */
  git: Handler;
  /** Serves everything else: pages and routes. */
  next: Handler;
  nextUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
};

/** What stands before Next in the same process: it decides who asks, limits, protects, logs, and sends each to its place. */
export function createFront(options: FrontOptions) {
  const { config, log } = options;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const origin = settleOrigin(request, config.trustedHops);
    const [path = "/"] = (request.url ?? "/").split("?");
    // Another origin than ours: neither our headers nor our routes are for it.
    if (isPreview(origin.host, config)) {
      logAccess(log, request, response, origin);
      return proxyRequestToWorker(request, response, config.workerPort);
    }
    logAccess(log, request, response, origin);
    protectResponse(request, response, { origin, config, dev: options.dev });
    if (options.isDraining()) response.setHeader("connection", "close");
    if (path === "/healthz" || path === "/health") return sendReport(response, options.health());
    if (path === "/readyz") return sendReport(response, await readiness());
    if (!isAllowedHost(origin.host, config)) {
      refuse(
        response,
        "invalid",
        "This host name is not served here. ENTOURAGE_ALLOWED_HOSTS lists further ones.",
        421,
      );
      return;
    }
    if (path === "/metrics") {
      if (!refuseMetrics(request, response, origin, config)) await options.metrics(request, response);
      return;
    }
    if (!isReadableTarget(request))
      return refuse(response, "invalid", "This address cannot be read: a path in UTF-8, percent-encoded, is.");
    dropUnreadableTree(request);
    if (answerCors(request, response, path, config)) return;
    if (path.startsWith("/api/git/")) return options.git(request, response);
    // Nothing is awaited before this line: the first bytes of a body arrive with the headers and must be counted.
    const limitKilobytes = limitOf(path);
    if (limitBody(request, response, limitKilobytes * 1024)) return;
    return inSpan(
      () => ({
        ...{ name: `${request.method} ${route(path)}`, kind: "server", parent: traceparentIn(request) },
        attributes: {
          "http.request.method": request.method ?? "",
          "url.path": path,
          "entourage.request_id": origin.id,
        },
      }),
      async (span) => {
        await options.next(request, response);
        span?.setAttribute("http.response.status_code", response.statusCode);
      },
    );
  }

  function limitOf(path: string): number {
    if (/^\/api\/workspaces\/[^/]+\/upload$/.test(path)) return config.uploadLimitKilobytes;
    if (/^\/api\/sessions\/[^/]+\/attachments$/.test(path)) return attachmentLimitKilobytes;
    return path.startsWith("/webhooks/") ? config.webhookLimitKilobytes : config.bodyLimitKilobytes;
  }

  async function readiness(): Promise<Report> {
    return options.isDraining() ? { ok: false, web: "stopping" } : options.readiness();
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const origin: Origin = settleOrigin(request, config.trustedHops);
    const path = request.url ?? "/";
    // A preview's own pages connect to it, and nobody but its cookie lets anybody in.
    if (isPreview(origin.host, config)) proxyToWorker(request, socket, head, config.workerPort);
    else if (!isAllowedHost(origin.host, config) || isForeignPage(request, origin, config))
      endUpgrade(socket, 403, "Forbidden");
    else if (/^\/(realtime|terminal)\//.test(path)) proxyToWorker(request, socket, head, config.workerPort);
    else if (options.dev) options.nextUpgrade(request, socket, head);
    else endUpgrade(socket, 404, "Not Found");
  }

  return {
    upgrade,
    /** Answers a request; whatever goes wrong is logged, and said to the caller as an internal error with its id. */
    handle: (request: IncomingMessage, response: ServerResponse): void => {
      handle(request, response).catch((error: unknown) => {
        // A caller that went away while we were reading or writing is no fault.
        if (!request.destroyed && !response.destroyed)
          log.error({ error, requestId: response.getHeader("x-request-id") }, "request failed");
        refuse(response, "internal", internalWords(String(response.getHeader("x-request-id"))));
        response.end();
      });
    },
  };
}

/** A span's name holds no ids: the places of a path that look like some are left open. */
const route = (path: string): string => path.replaceAll(/\/(?:[0-9a-f-]{32,36}|\d+)(?=\/|$)/g, "/{id}");

function traceparentIn({ headers }: IncomingMessage): string | null {
  return typeof headers.traceparent === "string" ? headers.traceparent : null;
}

function sendReport(response: ServerResponse, report: Report): void {
  response.writeHead(report.ok ? 200 : 503, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(report));
}
