import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { Readable, Transform } from "node:stream";
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from "request-filtering-agent";
import { AppError } from "../errors.ts";

export interface GuardOptions {
  /** Hosts inside the network that whoever runs this installation trusts: `localhost:11434`. */
  trustedHosts: readonly string[];
  /** A body that is longer ends in an error. */
  mostBytes?: number;
}

/** Where clouds keep the secrets of a machine; no trust reaches there. */
const metadata = ["169.254.169.254", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "fd00:ec2::254"];
const trust = { keepAlive: true, allowPrivateIPAddress: true, denyIPAddressList: metadata };

/** They look at the address that a connection is made to: `strict` at all of them, `trusting` at the worst alone. */
export const strict = {
  http: new RequestFilteringHttpAgent({ keepAlive: true }),
  https: new RequestFilteringHttpsAgent({ keepAlive: true }),
};
export const trusting = { http: new RequestFilteringHttpAgent(trust), https: new RequestFilteringHttpsAgent(trust) };

/**
 * A `fetch` for addresses that people give us: it connects to the public internet only, and to the hosts that are trusted.
 * The address is looked at when the connection is made, so a name that answers differently a moment later gains nothing.
 * Redirects are not followed: they come back as they are.
 */
export function guardedFetch({ trustedHosts, mostBytes = 64 * 1024 * 1024 }: GuardOptions): typeof fetch {
  return async (input, init) => {
    const request = input instanceof Request ? input : undefined;
    const url = input instanceof URL ? input : new URL(input instanceof Request ? input.url : input);
    if (url.protocol !== "http:" && url.protocol !== "https:")
      throw new AppError("invalid", "Only http and https addresses are called.");
    const isTrusted = trustedHosts.includes(url.host) || trustedHosts.includes(url.hostname);
    const secure = url.protocol === "https:";
    const { http: plain, https: tls } = isTrusted ? trusting : strict;
    const headers = Object.fromEntries(new Headers(init?.headers ?? request?.headers));
    const signal = init?.signal ?? request?.signal;
    const body = init?.body ?? (request?.body ? await request.text() : undefined);
    const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = (secure ? https : http).request(
        url,
        {
          method: init?.method ?? request?.method ?? "GET",
          headers,
          agent: secure ? tls : plain,
          ...(signal ? { signal } : {}),
        },
        resolve,
      );
      outgoing.on("error", (error) => reject(clear(error, url)));
      outgoing.end(typeof body === "string" || body instanceof Uint8Array ? body : undefined);
    });
    return toResponse(incoming, mostBytes);
  };
}

function toResponse(incoming: IncomingMessage, mostBytes: number): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) headers.append(name, one);
  const status = incoming.statusCode ?? 502;
  const isEmpty = status === 204 || status === 304;
  if (isEmpty) incoming.resume();
  return new Response(isEmpty ? null : bounded(incoming, mostBytes), { status, headers });
}

function bounded(incoming: IncomingMessage, mostBytes: number): ReadableStream {
  let seen = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      done(seen > mostBytes ? new Error(`The answer is longer than ${mostBytes} bytes.`) : null, chunk);
    },
  });
  incoming.on("error", (error) => counter.destroy(error));
  incoming.on("aborted", () => counter.destroy(new Error("The connection was cut before the answer was complete.")));
  counter.on("close", () => incoming.destroy());
  incoming.pipe(counter);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node's streams and the web's are the same here, their types are not
  return Readable.toWeb(counter) as ReadableStream;
}

/** The agent refuses in words of its own; whoever gave the address reads ours. */
function clear(error: Error, url: URL): Error {
  return isRefusal(error) ? notPublic(url.host) : error;
}

export const isRefusal = (error: Error): boolean => /is not allowed/.test(error.message);

export const notPublic = (host: string): AppError =>
  new AppError(
    "invalid",
    `${host} is not on the public internet. Whoever runs this installation allows it with ENTOURAGE_TRUSTED_HOSTS=${host}.`,
  );
