import http from "node:http";
import https from "node:https";
import { RequestFilteringHttpsAgent } from "request-filtering-agent";
import { AppError } from "../errors.ts";

const mostBytes = 1_048_576;
const mostMilliseconds = 5_000;
/** Whoever asks may have us wait for a slow host: so many at once, and not one more. */
const mostAtOnce = 16;
let running = 0;

/**
 * Reads a public profile. The address is pinned: no redirect is followed, no address inside the network is connected to
 * (unless whoever runs the installation trusts the host), nothing is read beyond 1 MiB or five seconds.
 * @returns its text; undefined for whatever went wrong, because what a stranger could learn of it is an oracle.
 * @throws AppError unavailable while too many are read.
 */
export async function fetchProfile(
  address: string,
  { profileTrustedHosts, mostMs = mostMilliseconds }: { profileTrustedHosts: readonly string[]; mostMs?: number },
): Promise<string | undefined> {
  if (running >= mostAtOnce)
    throw new AppError("unavailable", "Many profiles are being read. Try again in a moment.", { retryAfterSeconds: 5 });
  running++;
  try {
    return await read(new URL(address), profileTrustedHosts, AbortSignal.timeout(mostMs));
  } catch {
    return undefined;
  } finally {
    running--;
  }
}

async function read(url: URL, trustedHosts: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  const { request, agent } = clientFor(url, trustedHosts);
  try {
    const headers = { accept: "application/json, text/html;q=0.9, text/plain;q=0.8", "accept-encoding": "identity" };
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const asking = request(url, { agent, signal, headers: { ...headers, "user-agent": "entourage" } }, resolve);
      asking.on("error", reject);
      asking.end();
    });
    if (response.statusCode !== 200) {
      response.destroy();
      return undefined;
    }
    const body: AsyncIterable<Uint8Array> = response;
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const bytes of body) {
      length += bytes.length;
      // Leaving the loop ends the connection.
      if (length > mostBytes) return undefined;
      chunks.push(bytes);
    }
    return Buffer.concat(chunks).toString("utf8");
  } finally {
    agent.destroy();
  }
}

/** Addresses are checked where the connection is made, so that a name that answers differently a moment later gains nothing. */
function clientFor(url: URL, trustedHosts: readonly string[]) {
  const isTrusted = trustedHosts.includes(url.host);
  if (url.protocol === "http:" && isTrusted) return { request: http.request, agent: new http.Agent() };
  if (url.protocol !== "https:") throw new Error("profiles are read over TLS");
  return { request: https.request, agent: isTrusted ? new https.Agent() : new RequestFilteringHttpsAgent() };
}
