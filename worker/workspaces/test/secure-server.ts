import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import type { Duplex } from "node:stream";
import { afterAll } from "vitest";

/** Real TLS without a certificate: both sides know a key (RFC 4279). */
const psk = Buffer.from("00112233445566778899aabbccddeeff", "hex");
const keyed = { ciphers: "PSK", minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } as const;

/** An https server on loopback that answers `served`, and knows who connected to it. Once at the top of a file. */
export async function openSecureServer() {
  const seen = { connections: 0, open: 0 };
  const server = createServer({ ...keyed, pskCallback: () => psk, pskIdentityHint: "" }, (request, response) => {
    if (request.url === "/never") response.write("begun ");
    else response.end("served");
  });
  server.on("connection", (socket) => {
    seen.connections++;
    seen.open++;
    socket.once("close", () => seen.open--).on("error", () => socket.destroy());
  });
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  // A TCP server's address is an object, never a pipe's name.
  return { port: (server.address() as AddressInfo).port, seen };
}

/** What the server answers over a tunnel, or nothing where it is no tunnel to it. */
export async function askThrough(tunnel: Duplex): Promise<string> {
  const secure: TLSSocket = connect({ socket: tunnel, ...keyed, checkServerIdentity: () => undefined, pskCallback });
  secure.end("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  let text = "";
  for await (const chunk of secure) text += String(chunk);
  return text.split("\r\n\r\n").at(-1) ?? "";
}
const pskCallback = () => ({ psk, identity: "test" });

/**
 * A program for a sandbox: asks for `https://TARGET/` through HTTPS_PROXY for each of its arguments, and prints status
 * and answer. A target that ends in /never keeps its tunnel open.
 */
export const asking = `
const http = require("node:http"), tls = require("node:tls");
const proxy = new URL(process.env.HTTPS_PROXY || "http://127.0.0.1:9109");
const psk = Buffer.from("${psk.toString("hex")}", "hex");
const ask = (target) => new Promise((done) => {
  const [path, kept] = target.split("/");
  const request = http.request({ host: proxy.hostname, port: proxy.port, method: "CONNECT", path, agent: false });
  request.on("connect", (response, socket, head) => {
    if (response.statusCode !== 200) return done(response.statusCode + " " + head.toString().trim());
    const secure = tls.connect({ socket, ciphers: "PSK", minVersion: "TLSv1.2", maxVersion: "TLSv1.2",
      checkServerIdentity: () => undefined, pskCallback: () => ({ psk, identity: "test" }) });
    secure.write("GET /" + (kept || "") + " HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n");
    let text = "";
    secure.on("data", (chunk) => { text += chunk; });
    secure.on("error", () => done("200 broken"));
    secure.on("close", () => done("200 " + text.split("\\r\\n\\r\\n").at(-1)));
  });
  request.on("error", (error) => done(error.code));
  request.end();
});
(async () => { for (const target of process.argv.slice(1)) console.log(target, await ask(target)); })();
`;
