import { type IncomingMessage, request as httpRequest, type ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";

/**
 * Hands a WebSocket to the worker on its loopback port: the opening request with the path it knows, then bytes both ways.
 * `/realtime/app/KEY` is the Pusher server's `/app/KEY`.
 */
export function proxyToWorker(request: IncomingMessage, client: Duplex, head: Buffer, workerPort: number): void {
  client.on("error", () => worker.destroy());
  const worker = connect({ port: workerPort, host: "127.0.0.1", noDelay: true }, () => {
    worker.write(openingRequest(request));
    worker.write(head);
    worker.pipe(client);
    client.pipe(worker);
  });
  worker.on("error", () => endUpgrade(client, 503, "Service Unavailable"));
  worker.on("close", () => client.destroy());
  client.on("close", () => worker.destroy());
}

/** Hands a request to the worker as it is, and its answer back: previews are served there. */
export function proxyRequestToWorker(request: IncomingMessage, response: ServerResponse, workerPort: number): void {
  const { method = "GET", url = "/", headers } = request;
  const asked = httpRequest({ port: workerPort, host: "127.0.0.1", method, path: url, headers });
  asked.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
  });
  asked.on("error", () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(503, { "retry-after": "1" }).end();
  });
  response.on("close", () => asked.destroy());
  request.pipe(asked);
}

/** Ends an upgrade that cannot be, in the words of HTTP. */
export function endUpgrade(client: Duplex, status: number, reason: string): void {
  if (!client.writable) return;
  const retry = status === 503 ? "Retry-After: 1\r\n" : "";
  client.end(`HTTP/1.1 ${status} ${reason}\r\n${retry}Connection: close\r\nContent-Length: 0\r\n\r\n`);
}

function openingRequest(request: IncomingMessage): string {
  const path = (request.url ?? "/").replace(/^\/realtime(?=\/)/, "");
  // From `headers`, not `rawHeaders`: those still hold what the outside claimed about itself.
  const lines = Object.entries(request.headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => `${name}: ${one}`),
  );
  return [`GET ${path} HTTP/1.1`, ...lines, "", ""].join("\r\n");
}
