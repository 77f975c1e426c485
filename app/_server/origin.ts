import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Config } from "#server/config.ts";
import { traceIdOf } from "#server/trace.ts";

/** Where a request really came from, decided once, at the door. */
export type Origin = {
  id: string;
  address: string;
  host: string;
  protocol: "http" | "https";
  /** Whether it said that it came through somebody, whatever we believe of it. */
  isForwarded: boolean;
};

const FORWARDING = [
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-real-ip",
];
/** Headers by which we talk to the pages and routes behind us; from outside they would be lies. */
const OURS = ["content-security-policy", "content-security-policy-report-only", "x-nonce", "x-middleware-subrequest"];

/**
 * Decides who asks, believing forwarded headers for the configured number of hops only, and rewrites the headers so
 * that everything behind reads one truth: `x-forwarded-for` is exactly one address, `x-request-id` is ours, a
 * trusted proxy's, or the trace the caller is in.
 */
export function settleOrigin(request: IncomingMessage, trustedHops: number): Origin {
  const { headers } = request;
  const origin = trustedHops > 0 ? believe(request, trustedHops) : fromSocket(request);
  const isForwarded = FORWARDING.some((name) => headers[name] !== undefined);
  const id = trustedHops > 0 ? saneId(headers["x-request-id"]) : undefined;
  for (const name of [...FORWARDING, ...OURS]) delete headers[name];
  const settled = { ...origin, isForwarded, id: id ?? traceIdOf(headers.traceparent) ?? randomUUID() };
  headers["x-request-id"] = settled.id;
  headers["x-forwarded-for"] = settled.address;
  headers["x-forwarded-proto"] = settled.protocol;
  headers["x-forwarded-host"] = settled.host;
  headers["x-entourage-path"] = pageOf(request.url ?? "/");
  return settled;
}

/** The page that is asked for, so that whoever has to sign in first comes back to it; without what Next adds for itself. */
function pageOf(target: string): string {
  const here = "http://entourage.invalid";
  if (!URL.canParse(target, here)) return "/";
  const url = new URL(target, here);
  url.searchParams.delete("_rsc");
  return url.origin === here ? url.pathname + url.search : "/";
}

function fromSocket({ headers, socket }: IncomingMessage): Omit<Origin, "id" | "isForwarded"> {
  const address = (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  return { address, host: headers.host ?? "", protocol: "http" };
}

/** Each proxy appends the address it saw, so the client of the outermost trusted one stands that many from the right. */
function believe(request: IncomingMessage, trustedHops: number): Omit<Origin, "id" | "isForwarded"> {
  const { headers } = request;
  const own = fromSocket(request);
  const proto = listOf(headers["x-forwarded-proto"]).at(0);
  return {
    address: listOf(headers["x-forwarded-for"]).at(-trustedHops) ?? own.address,
    host: listOf(headers["x-forwarded-host"]).at(0) ?? own.host,
    protocol: proto === "https" ? "https" : "http",
  };
}

function listOf(header: string | string[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .join(",")
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}

function saneId(header: string | string[] | undefined): string | undefined {
  return typeof header === "string" && /^[\w.:-]{8,64}$/.test(header) ? header : undefined;
}

/**
 * Refuses names we do not answer to: a page of a hostile name that resolves to this machine (DNS rebinding) would
 * otherwise be of our own origin.
 */
export function isAllowedHost(host: string, config: Config): boolean {
  const name = hostName(host);
  const listed = [hostName(new URL(config.publicUrl).host), ...config.allowedHosts.map(hostName)];
  const loopback = ["localhost", "127.0.0.1", "::1"];
  if (listed.includes(name) || loopback.includes(name)) return true;
  const isOpen = !loopback.includes(config.host) && config.allowedHosts.length === 0;
  // Open to the network without a name of our own: any name may be right.
  return isOpen && loopback.includes(hostName(new URL(config.publicUrl).host));
}

function hostName(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d+$/, "")
    .replace(/^\[|\]$/g, "");
}

/** True when a browser page of another site asks; no Origin header means that no page does. */
export function isForeignPage(request: IncomingMessage, origin: Origin, config: Config): boolean {
  const from = request.headers.origin;
  if (from === undefined) return false;
  if (config.corsOrigins.includes(from) || from === new URL(config.publicUrl).origin) return false;
  return !URL.canParse(from) || new URL(from).host !== origin.host;
}
