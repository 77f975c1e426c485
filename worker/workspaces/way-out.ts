import { mkdir, mkdtemp, rm, rmdir } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { TcpNetConnectOpts } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { guardedConnect, whyNotConnected } from "#server/outgoing/guarded-connect.ts";
import { admitsHost, hostName, isAddress } from "#server/repos/setup-hosts.ts";
import { keepReached, type Reached } from "./reached.ts";

/** What one set-up may take. Time at all is that of the set-up. */
const limits = {
  connections: 128,
  receivedBytes: 16 * 1024 ** 3,
  /** Who installs packages sends little; what leaves is kept small. */
  sentBytes: 256 * 1024 ** 2,
  connectMs: 30_000,
  idleMs: 120_000,
};

interface WayOut {
  /** Where it listens: a service of the set-up's sandbox, and of nobody else's. */
  socket: string;
  reached: Reached;
  close(): Promise<void>;
}

interface Rules {
  /** Entries as a repository keeps them. */
  hosts: readonly string[];
  trustedHosts: readonly string[];
  /** Told once of each host that was refused, in words. */
  onRefused?: (words: string) => void;
  lookup?: TcpNetConnectOpts["lookup"];
  limits?: Partial<typeof limits>;
}

/** Paths of sockets are short; and by the working copy, so that whoever takes it up removes what a crash left. */
const folderOf = (id: string) => join(tmpdir(), `entourage-${process.getuid?.() ?? 0}`, `out-${id.slice(-12)}`);

/**
 * A forward proxy for the set-up of one working copy, by CONNECT alone (RFC 9110, 9.3.6): it connects to hosts that are
 * named in `hosts` and lead to the public internet. What is said inside of TLS it does not see. Until it is closed.
 */
export async function openWayOut(id: string, rules: Rules): Promise<WayOut> {
  const all = folderOf(id);
  await rm(all, { recursive: true, force: true });
  await mkdir(all, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(all, "d"));
  const socket = join(folder, "out");
  const reached = keepReached(rules.onRefused);
  const most = { ...limits, ...rules.limits };
  const open = new Set<Duplex>();
  const total = { received: 0, sent: 0 };

  const keep = (stream: Duplex) => {
    open.add(stream);
    stream.on("error", () => stream.destroy());
    stream.once("close", () => open.delete(stream));
  };
  const refuse = (client: Duplex, key: string, words: string, status = "403 Forbidden") => {
    reached.refuse(key, words);
    const body = `${words}\n`;
    client.end(
      `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  };
  const isOverdrawn = () => total.received > most.receivedBytes || total.sent > most.sentBytes;

  const server = createServer((request, response) => {
    const host = printable(plainHost(request));
    const words = `The set-up asked for http://${host} without TLS; only https goes out from here.`;
    reached.refuse(`plain ${host}`, words);
    response.writeHead(403, { "content-type": "text/plain", connection: "close" }).end(`${words}\n`);
  });
  server.maxConnections = most.connections;
  server.on("drop", () =>
    reached.refuse("drop", `The set-up wanted more than ${most.connections} connections at once; some were closed.`),
  );
  server.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
    keep(client);
    const asked = request.url ?? "";
    const to = readTarget(asked);
    const refusal = whyRefused(asked, to, rules.hosts);
    if (refusal !== undefined || !to) return refuse(client, `refused ${asked}`, refusal ?? "");
    if (isOverdrawn()) return refuse(client, "overdrawn", "The set-up has sent or received all that one may.");
    const name = to.port === 443 ? to.host : `${to.host}:${to.port}`;
    const there = guardedConnect({ ...to, trustedHosts: rules.trustedHosts, ...(rules.lookup ? rules : {}) });
    open.add(there);
    let isConnected = false;
    const late = setTimeout(() => there.destroy(new Error("it does not answer")), most.connectMs);
    there.once("connect", () => {
      isConnected = true;
      clearTimeout(late);
      reached.connect(name);
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      if (head.length > 0) there.write(head);
      client.pipe(there).pipe(client);
    });
    const quiet = setTimeout(() => there.destroy(), most.idleMs);
    const count = (what: keyof typeof total) => (chunk: Buffer) => {
      total[what] += chunk.length;
      quiet.refresh();
      if (what === "received") reached.receive(name, chunk.length);
      if (!isOverdrawn()) return;
      reached.refuse("overdrawn", `The set-up was cut off from ${name}: it has sent or received all that one may.`);
      there.destroy();
    };
    there.on("data", count("received"));
    client.on("data", count("sent"));
    there.on("error", (error) => {
      const words = printable(whyNotConnected(error, to).message, 300);
      if (!isConnected && !client.destroyed)
        refuse(client, `failed ${name}`, `The set-up could not reach ${name}: ${words}`, "502 Bad Gateway");
    });
    there.once("close", () => {
      clearTimeout(late);
      clearTimeout(quiet);
      open.delete(there);
      client.end();
    });
    client.once("close", () => there.destroy());
  });

  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(socket, done);
  });
  return {
    socket,
    reached,
    async close() {
      for (const stream of open) stream.destroy();
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
      // Empty, unless another worker has opened one since.
      await rmdir(all).catch(() => undefined);
    },
  };
}

/** The authority of a CONNECT, normalised: that name is compared, looked up and connected to, and no other. */
function readTarget(asked: string): { host: string; port: number } | undefined {
  const [, name = "", port = ""] = /^([\x21-\x7e]*):(\d{1,5})$/.exec(asked) ?? [];
  const host = hostName(name);
  return host === undefined ? undefined : { host, port: Number(port) };
}

/** Why it is not connected to, in words; undefined where it is. The Host header says nothing that counts. */
function whyRefused(asked: string, to: ReturnType<typeof readTarget>, hosts: readonly string[]): string | undefined {
  const name = printable(asked.replace(/:\d*$/, ""));
  if (!to)
    return isAddress(name) || asked.startsWith("[")
      ? `The set-up asked for the address ${name}; hosts are reached by their names only.`
      : `The set-up asked for ${name}, which is not the name of a host.`;
  if (admitsHost(hosts, to)) return undefined;
  const isKnown = hosts.some((entry) => admitsHost([entry.replace(/:\d+$/, "")], { ...to, port: 443 }));
  return isKnown
    ? `The set-up asked for port ${to.port} of ${to.host}; only 443 is open, or the port that stands with it in the repository's settings.`
    : `The set-up asked for ${to.host}, which is not among the hosts it may reach; an admin can add it in the repository's settings.`;
}

const plainHost = ({ url = "", headers }: IncomingMessage): string =>
  URL.canParse(url) ? new URL(url).host : (headers.host ?? "a host");

/** What a program inside said, for people: it can put no second line and no colour into what they read. */
const printable = (text: string, most = 120): string => text.replaceAll(/[^\x20-\x7e]+/g, "?").slice(0, most);
