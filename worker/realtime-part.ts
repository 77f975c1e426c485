import { newId } from "#server/ids.ts";
import { startDelivery } from "./delivery.ts";
import type { Part, PartContext } from "./part.ts";
import type { Bus } from "./realtime/nodes/bus.ts";
import { postgresBus } from "./realtime/nodes/postgres-bus.ts";
import { redisBus } from "./realtime/nodes/redis-bus.ts";
import { signedBus } from "./realtime/nodes/signed-bus.ts";
import { startSign } from "./realtime/nodes/sign.ts";
import { listenForMetrics, openWorkerMetrics } from "./metrics.ts";
import { createPusherServer, type OtherDoor, type PusherServer } from "./realtime/server.ts";
import { openRooms } from "./terminals/rooms.ts";

/** The embedded Pusher-protocol server on the worker's loopback port, unless another host was named, and what tells it. */
export const realtime: Part = {
  name: "realtime",
  async start(context) {
    const { pusherUrl } = context.runtime.config;
    const rooms = openRooms(context);
    const host = pusherUrl ? await startFigures(context, rooms.doors) : await startHost(context, rooms.doors);
    const delivery = startDelivery(context, host.port);
    return async () => {
      await delivery.stop();
      await rooms.close();
      await host.close();
    };
  },
};

/** Where another host was named, the port still tells figures. */
async function startFigures({ runtime }: PartContext, doors: readonly OtherDoor[]) {
  const figures = await listenForMetrics(openWorkerMetrics(runtime, undefined), runtime.config.workerPort, doors);
  return { port: 0, close: () => figures.close() };
}

async function startHost(context: PartContext, others: readonly OtherDoor[]) {
  const { runtime, secrets, log } = context;
  const { config, sql } = runtime;
  const { appId, key, secret } = secrets.pusher;
  const bus = await openBus(context);
  const metrics = openWorkerMetrics(runtime, () => server.stats());
  const server: PusherServer = createPusherServer({
    metrics,
    others,
    app: { id: appId, key, secret },
    // Only the web process can reach this port, and it has already refused pages of other sites.
    allowedOrigins: ["*"],
    addressOf: (request) => String(request.headers["x-forwarded-for"] ?? request.socket.remoteAddress),
    log,
    webhooks: config.realtimeWebhookUrl === undefined ? undefined : { url: config.realtimeWebhookUrl },
    bus,
  });
  const port = await server.listen(config.workerPort, "127.0.0.1");
  log.info({ port, nodes: bus.kind }, "realtime is listening");
  const line = bus.kind === "redis" ? "Redis" : "PostgreSQL";
  const endSign = await startSign({
    sql,
    id: newId(),
    trouble: () => (server.isApart() ? `${line} does not answer: pages on other workers are not heard` : undefined),
    onError: (error) => log.warn({ error }, "the sign of this realtime node was not written"),
  });
  return {
    port,
    async close() {
      await server.close();
      await endSign();
    },
  };
}

/** What the realtime servers of several workers share. */
async function openBus({ runtime: { config, sql }, secrets, log }: PartContext): Promise<Bus> {
  let said = 0;
  // A line that is away says so several times a second.
  const onError = (error: unknown) => {
    if (Date.now() - said < 10_000) return;
    said = Date.now();
    log.warn({ error }, "realtime nodes do not hear each other; it is tried again, and local delivery goes on");
  };
  const { realtimeRedis, databaseUrl = "" } = config;
  if (realtimeRedis === undefined) return postgresBus({ url: databaseUrl, onError });
  const [database] = await sql<{ name: string }[]>`
    select system_identifier::text || '-' || current_database() as name from pg_control_system()`;
  return signedBus(redisBus({ url: realtimeRedis, name: database?.name ?? "", onError }), secrets.pusher.secret);
}
