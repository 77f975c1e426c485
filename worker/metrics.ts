import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Registry } from "prom-client";
import { addGauge, bringsToken, openMetrics } from "#server/metrics.ts";
import type { OpenRuntime } from "#server/runtime.ts";
import type { OtherDoor, PusherServerStats } from "./realtime/server.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * What this worker tells of itself on its loopback port: the process, and the realtime server where it runs one. With
 * `ENTOURAGE_METRICS_TOKEN` to whoever brings it, otherwise to this machine, which is who reaches the port.
 */
export function openWorkerMetrics(runtime: OpenRuntime, realtime: (() => PusherServerStats) | undefined): Answer {
  const registry = openMetrics(runtime);
  if (realtime) addRealtime(registry, realtime);
  const token = runtime.config.metricsToken;
  return (request, response) => {
    // A page of a name that leads to this machine says that name.
    const isLocal = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(request.headers.host ?? "");
    if (token ? !bringsToken(request.headers.authorization, token) : !isLocal) {
      response.writeHead(token ? 401 : 403, { "content-type": "text/plain" });
      response.end("Send the token of ENTOURAGE_METRICS_TOKEN as a bearer token.\n");
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { "content-type": registry.contentType }).end(text),
      (error: unknown) => {
        runtime.log.warn({ error }, "figures could not be told");
        response.writeHead(500).end();
      },
    );
  };
}

/** The port of a worker that runs no realtime server: another host was named. */
export async function listenForMetrics(
  answer: Answer,
  port: number,
  doors: readonly OtherDoor[],
): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const door = doors.find((one) => one.handle && one.takes(request));
    if (door?.handle) return door.handle(request, response);
    if (request.url === "/metrics") answer(request, response);
    else response.writeHead(request.url === "/healthz" ? 200 : 404).end();
  });
  server.on("upgrade", (request, socket, head) => {
    const door = doors.find((one) => one.takes(request));
    if (door) door.upgrade(request, socket, head);
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const realtimeGauges = {
  connections: "Open connections of the realtime server.",
  channels: "Channels that somebody is subscribed to.",
  subscriptions: "Subscriptions over all channels.",
  frames: "Frames handed to connections since the start.",
  writes: "Writes that frames were joined into since the start.",
  bytes: "Bytes handed to connections since the start.",
  refused: "Connections that were not let in since the start.",
  slowReadersCut: "Connections that were cut because they did not read since the start.",
  otherNodes: "Other nodes of the realtime server that are heard.",
} satisfies Record<keyof PusherServerStats, string>;

function addRealtime(registry: Registry, stats: () => PusherServerStats): void {
  for (const [name, help] of Object.entries(realtimeGauges)) {
    const words = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    addGauge(registry, `entourage_realtime_${words}`, help, () =>
      Number(Object.entries(stats()).find(([key]) => key === name)?.[1]),
    );
  }
}
