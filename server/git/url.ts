import { lookup } from "node:dns/promises";
import ipaddr from "ipaddr.js";
import { AppError } from "#server/errors.ts";

export interface CloneUrlRules {
  /** Hosts an owner trusts although they are inside the network: `git.corp.example` or `git.corp.example:8443`. */
  trustedHosts?: string[];
  /** How a host name becomes addresses; the system's resolver by default. */
  resolve?: (host: string) => Promise<string[]>;
}

/** A clone URL that may be connected to, with the only addresses that may be used for it. */
export interface CloneUrl {
  url: string;
  protocol: "https" | "ssh";
  host: string;
  port: number;
  addresses: string[];
}

const STANDARD_PORTS = { https: [443], ssh: [22, 443] };
const GLOBAL_UNICAST_V6 = ipaddr.parseCIDR("2000::/3");

/**
 * Decides whether the server may connect to a clone URL: https or ssh, no credential inside, a usual port, and every
 * address of the host public. The addresses are returned so that the connection is made to just them: a name that
 * answers differently a moment later gains nothing.
 */
export async function guardCloneUrl(text: string, rules: CloneUrlRules = {}): Promise<CloneUrl> {
  const parsed = parseCloneUrl(text);
  const { protocol, host, port } = parsed;
  const trusted = rules.trustedHosts?.some((entry) => entry === host || entry === `${host}:${port}`) ?? false;
  if (!trusted && !STANDARD_PORTS[protocol].includes(port)) {
    throw new AppError("invalid", `Port ${port} is not usual for ${protocol}. An owner can add the host as trusted.`);
  }
  const addresses = await addressesOf(host, rules.resolve ?? systemResolver);
  for (const address of addresses) {
    const allowed = isPublicAddress(address) || (trusted && !isLinkLocal(address));
    if (!allowed) {
      throw new AppError("invalid", "This host is not on the public internet. An owner can add it as trusted.");
    }
  }
  return { ...parsed, addresses };
}

/** Is this an address on the public internet? Everything special, translated or unknown is not. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST_V6);
}

function parseCloneUrl(text: string): Omit<CloneUrl, "addresses"> {
  if (text.length > 2000 || /[^\x21-\x7e]|\\/.test(text)) throw malformed();
  // git@host:path, as hosting sites print it.
  const short = /^([A-Za-z0-9_.-]+)@([A-Za-z0-9.-]+):(?!\/)(.+)$/.exec(text);
  const url = URL.parse(short === null ? text : `ssh://${short[1]}@${short[2]}/${short[3]}`);
  if (url === null) throw malformed();
  if (url.protocol !== "https:" && url.protocol !== "ssh:") {
    throw new AppError("invalid", "A repository is cloned by https:// or ssh:// only.");
  }
  const protocol = url.protocol === "https:" ? "https" : "ssh";
  if (url.password !== "" || (protocol === "https" && url.username !== "")) {
    throw new AppError(
      "invalid",
      "Leave the credential out of the URL and store it as a credential of the repository.",
    );
  }
  if (!/^[A-Za-z0-9_.-]*$/.test(url.username) || url.username.startsWith("-")) throw malformed();
  if (url.pathname.length < 2 || url.search !== "" || url.hash !== "") throw malformed();
  const host = normalizedHost(url.hostname);
  const port = url.port === "" ? (protocol === "https" ? 443 : 22) : Number(url.port);
  const user = url.username === "" ? "" : `${url.username}@`;
  const shownHost = host.includes(":") ? `[${host}]` : host;
  return { url: `${protocol}://${user}${shownHost}:${port}${url.pathname}`, protocol, host, port };
}

/** Hosts of `ssh:` are opaque to the URL parser; read as `http:` their `0x7f.1`, `%2e` and full-width forms are undone. */
function normalizedHost(hostname: string): string {
  const host = URL.parse(`http://${hostname}/`)
    ?.hostname.replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");
  if (host === undefined) throw malformed();
  if (!ipaddr.isValid(host) && !/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(host)) throw malformed();
  return host;
}

async function addressesOf(host: string, resolve: (host: string) => Promise<string[]>): Promise<string[]> {
  if (ipaddr.isValid(host)) return [host];
  const addresses = await resolve(host).catch(() => []);
  if (addresses.length === 0) throw new AppError("invalid", `The host ${host} is not known.`);
  return addresses;
}

async function systemResolver(host: string): Promise<string[]> {
  return (await lookup(host, { all: true, order: "verbatim" })).map(({ address }) => address);
}

/** Trust reaches into the company's network, never to the cloud's metadata service. */
function isLinkLocal(address: string): boolean {
  return ipaddr.process(address).range() === "linkLocal" || address.toLowerCase() === "fd00:ec2::254";
}

function malformed(): AppError {
  return new AppError("invalid", "This is not a clone URL. Give one like https://host/owner/name.git.");
}
