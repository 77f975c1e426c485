import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { PusherApp } from "./limits.ts";

/** Signs a text with the application's secret, as a hex HMAC-SHA256. */
function sign(secret: string, text: string): string {
  return createHmac("sha256", secret).update(text).digest("hex");
}

/** What a client must present to subscribe to a private or presence channel. */
export function channelAuth(app: PusherApp, socketId: string, channel: string, channelData?: string): string {
  const parts = channelData === undefined ? [socketId, channel] : [socketId, channel, channelData];
  return `${app.key}:${sign(app.secret, parts.join(":"))}`;
}

/** What a client must present to sign in as a user. */
export function userAuth(app: PusherApp, socketId: string, userData: string): string {
  return `${app.key}:${sign(app.secret, `${socketId}::user::${userData}`)}`;
}

/** Compares in constant time, so that the answer's delay does not tell how much of a guess was right. */
export function isSame(expected: string, given: string): boolean {
  const a = Buffer.from(expected);
  const b = Buffer.from(given);
  return a.length === b.length && timingSafeEqual(a, b);
}

export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

/** Says why a request to the HTTP API is refused, or nothing when its key, clock, body and signature are right. */
export function whyUnsigned(
  app: PusherApp,
  request: SignedRequest,
  clock: { nowSeconds: number; toleranceSeconds: number },
): string | undefined {
  const { query, body } = request;
  if (query.get("auth_key") !== app.key) return "unknown auth_key";
  const timestamp = query.get("auth_timestamp") ?? "";
  if (!/^\d{1,12}$/.test(timestamp)) return "auth_timestamp must be seconds since 1970";
  const driftSeconds = Math.abs(clock.nowSeconds - Number(timestamp));
  if (driftSeconds > clock.toleranceSeconds) {
    return `auth_timestamp is ${Math.round(driftSeconds)} s from this server's clock; at most ${clock.toleranceSeconds} s are accepted`;
  }
  if (body.length > 0 && query.get("body_md5") !== createHash("md5").update(body).digest("hex")) {
    return "body_md5 does not match the body";
  }
  if (!isSame(requestSignature(app.secret, request), query.get("auth_signature") ?? ""))
    return "invalid auth_signature";
  return undefined;
}

/** The signature of a request to the HTTP API: over method, path and the sorted parameters as they are, not URL-escaped. */
export function requestSignature(secret: string, request: Omit<SignedRequest, "body">): string {
  const parameters = [...request.query]
    .filter(([name]) => name !== "auth_signature")
    .map(([name, value]): [string, string] => [name.toLowerCase(), value])
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`);
  return sign(secret, [request.method.toUpperCase(), request.path, parameters.join("&")].join("\n"));
}
