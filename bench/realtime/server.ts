import { createServer } from "node:http";
import { Server } from "socket.io";
import { type WebSocket, WebSocketServer } from "ws";
import { z } from "zod";
import { redisBus } from "#worker/realtime/nodes/redis-bus.ts";
import { postgresBus } from "#worker/realtime/nodes/postgres-bus.ts";
import { createPusherServer } from "#worker/realtime/server.ts";

/**
 * One server under measure, as a process of its own: `entourage` is ours (with an address, one node of several; with a port, on that one), `ws` the
 * plain way, where each message is sent to each socket by the same library, `socket.io` that with a room. Answers `usage`
 * with what it has spent so far.
 */
const app = { id: "1", key: "bench", secret: "bench-secret" };
const batchRequest = z.object({
  batch: z.array(z.object({ name: z.string(), channel: z.string(), data: z.string() })),
});
type Event = z.infer<typeof batchRequest>["batch"][number];
const [, , peer, line, fixedPort = "0"] = process.argv;
const port = peer === "entourage" ? await startOurs() : await startPeer(peer === "ws" ? plain : withRooms);

process.on("message", () => {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicros: user + system, rssBytes: process.memoryUsage.rss() });
});
process.on("disconnect", () => process.exit());
process.send?.({ port });

function startOurs(): Promise<number> {
  const bus = line?.startsWith("redis")
    ? redisBus({ url: line, name: "bench", onError: console.error })
    : line && postgresBus({ url: line, onError: console.error });
  return createPusherServer({ app, bus: bus || undefined, allowedOrigins: [] }).listen(Number(fixedPort), "127.0.0.1");
}

/** Takes the same signed requests of the `pusher` library, without checking them, and sends what is in them. */
async function startPeer(open: (http: ReturnType<typeof createServer>) => (event: Event) => void): Promise<number> {
  const http = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on("end", () => {
      for (const event of batchRequest.parse(JSON.parse(text)).batch) send(event);
      response.end("{}");
    });
  });
  const send = open(http);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function plain(http: ReturnType<typeof createServer>) {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const joined = new Set<WebSocket>();
  http.on("upgrade", (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.send("welcome");
      webSocket.on("close", () => joined.delete(webSocket));
      webSocket.on("message", () => {
        joined.add(webSocket);
        webSocket.send("joined");
      });
    }),
  );
  return ({ name, channel, data }: Event) => {
    const message = JSON.stringify({ event: name, channel, data });
    for (const socket of joined) socket.send(message);
  };
}

function withRooms(http: ReturnType<typeof createServer>) {
  const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });
  io.on("connection", (socket) =>
    socket.on("join", async (room: string) => {
      await socket.join(room);
      socket.emit("joined");
    }),
  );
  return ({ name, channel, data }: Event) => void io.to(channel).emit(name, data);
}
