import { createServer } from "node:http";
import { createPusherServer } from "#worker/realtime/server.ts";
import { WebSocketServer } from "ws";
import { z } from "zod";

/**
 * One server under measure, as a process of its own: `entourage` is ours, `ws` the plain way, where each
 * message is sent to each socket by the same library. Answers `usage` with what it has spent so far.
 */
const app = { id: "1", key: "bench", secret: "bench-secret" };
const batchRequest = z.object({
  batch: z.array(z.object({ name: z.string(), channel: z.string(), data: z.string() })),
});
const port = process.argv[2] === "entourage" ? await startOurs() : await startPlain();

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicros: user + system, rssBytes: process.memoryUsage.rss() });
});
process.on("disconnect", () => process.exit());
process.send?.({ port });

function startOurs(): Promise<number> {
  return createPusherServer({ app, allowedOrigins: [] }).listen(0, "127.0.0.1");
}

/** Takes the same signed requests of the `pusher` library, without checking them, and sends what is in them. */
async function startPlain(): Promise<number> {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const http = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on("end", () => {
      for (const { name, channel, data } of batchRequest.parse(JSON.parse(text)).batch) {
        const message = JSON.stringify({ event: name, channel, data });
        for (const socket of sockets.clients) socket.send(message);
      }
      response.end("{}");
    });
  });
  http.on("upgrade", (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on("message", () => webSocket.send('{"event":"pusher_internal:subscription_succeeded"}'));
    }),
  );
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
