import { createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";

/** Stands before a server and shows a key for whoever asks: the conformance suite cannot send one itself. */
export async function startKeyProxy(target: string, key: string) {
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers, authorization: `Bearer ${key}` };
    const { url: path, method } = incoming;
    const onward = send({ hostname, port, path, method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      outgoing.flushHeaders();
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  // Of a server that listens on a port the address is never a path.
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${own}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
