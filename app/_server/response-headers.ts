import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Config } from "#server/config.ts";
import { previewSources } from "./previews.ts";
import type { Origin } from "./origin.ts";

type Situation = { origin: Origin; config: Config; dev: boolean };

/**
 * Security headers for everything we answer. The nonce goes to Next in the *request's* policy header, from where its
 * renderer takes it for its own scripts, and to our layout as `x-nonce`: strict policy without a proxy.ts.
 */
export function protectResponse(request: IncomingMessage, response: ServerResponse, situation: Situation): void {
  const { origin, config } = situation;
  const nonce = randomBytes(16).toString("base64");
  const policy = contentSecurityPolicy(nonce, situation);
  request.headers["content-security-policy"] = policy;
  request.headers["x-nonce"] = nonce;
  // Next keeps what stands here already, so what a route of files says of itself would be lost.
  const isFile = /^\/api\/(reports|workspaces)\//.test(request.url ?? "");
  response.setHeader("content-security-policy", isFile ? ofFiles : policy);
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("x-frame-options", "DENY");
  response.setHeader("referrer-policy", isFile ? "no-referrer" : "same-origin");
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("cross-origin-resource-policy", "same-origin");
  response.setHeader("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
  response.setHeader("x-request-id", origin.id);
  if (config.publicUrl.startsWith("https:")) response.setHeader("strict-transport-security", "max-age=31536000");
}

/**
 * What agents and people left is shown, if at all, in an origin of its own that can run, send and fetch nothing:
 * https://www.w3.org/TR/CSP3/#directive-sandbox without a word after it allows nothing.
 */
const ofFiles =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'none'";

function contentSecurityPolicy(nonce: string, { origin, config, dev }: Situation): string {
  // Browsers disagree whether 'self' covers WebSockets of the same host, so they are named.
  const sockets = [`ws://${origin.host}`, `wss://${origin.host}`];
  if (config.pusherUrl)
    sockets.push(`wss://${new URL(config.pusherUrl).host}`, `ws://${new URL(config.pusherUrl).host}`);
  // Chrome holds a form to this list across redirects, and sign-in elsewhere is a form of ours that redirects.
  // A GitHub App is made by a form of ours that GitHub answers.
  const signIn = [config.githubBaseUrl ?? "https://github.com", config.oidcIssuer]
    .filter((address) => address !== undefined && address !== "")
    .map((address) => new URL(String(address)).origin);
  const refresh = dev ? ["'unsafe-eval'"] : [];
  const directives = {
    "default-src": ["'self'"],
    "script-src": ["'self'", `'nonce-${nonce}'`, ...refresh],
    // Positions of cards, graph nodes and popups are style attributes; no style can run anything.
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "blob:"],
    "font-src": ["'self'", "data:"],
    "connect-src": ["'self'", ...(/^[\w.:[\]-]+$/.test(origin.host) ? sockets : [])],
    "worker-src": ["'self'", "blob:"],
    // What agents run is looked at in frames of other hosts.
    "frame-src": previewSources(config),
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'", ...signIn],
    "frame-ancestors": ["'none'"],
  };
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(" ")}`)
    .join("; ");
}

/** Lets pages of listed origins call the API with a key (never with our cookies). Returns true when it answered a preflight. */
export function answerCors(request: IncomingMessage, response: ServerResponse, path: string, config: Config): boolean {
  const from = request.headers.origin;
  if (!from || !config.corsOrigins.includes(from) || !/^\/(mcp|api)(\/|$)/.test(path)) return false;
  response.setHeader("access-control-allow-origin", from);
  response.setHeader("vary", "origin");
  response.setHeader("access-control-expose-headers", "mcp-session-id, retry-after, www-authenticate, x-request-id");
  response.setHeader("cross-origin-resource-policy", "cross-origin");
  if (request.method !== "OPTIONS") return false;
  response.setHeader("access-control-allow-methods", "GET, POST, PUT, PATCH, DELETE");
  response.setHeader(
    "access-control-allow-headers",
    "authorization, content-type, idempotency-key, x-entourage-org, last-event-id, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name",
  );
  response.setHeader("access-control-max-age", "600");
  response.writeHead(204).end();
  return true;
}
