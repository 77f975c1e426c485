import type { TcpNetConnectOpts } from "node:net";
import type { Duplex } from "node:stream";
import { type GuardOptions, isRefusal, notPublic, strict, trusting } from "./guarded-fetch.ts";

type Wanted = Pick<TcpNetConnectOpts, "port" | "lookup"> & { host: string; trustedHosts: GuardOptions["trustedHosts"] };

/**
 * A connection to a named host under the guard of `guardedFetch`: the name is looked up once, and what was looked at is
 * what is connected to. It emits `connect`, or `error`: an AppError `invalid` where the name leads inside the network.
 */
export function guardedConnect({ host, port, trustedHosts, lookup }: Wanted): Duplex {
  const at = port === 443 ? host : `${host}:${port}`;
  const isTrusted = trustedHosts.includes(at) || trustedHosts.includes(host);
  const { http: agent } = isTrusted ? trusting : strict;
  return agent.createConnection({ host, port, ...(lookup ? { lookup } : {}) });
}

/** What a connection of `guardedConnect` failed of, in words. */
export function whyNotConnected(error: Error, { host, port }: Pick<Wanted, "host" | "port">): Error {
  return isRefusal(error) ? notPublic(port === 443 ? host : `${host}:${port}`) : error;
}
