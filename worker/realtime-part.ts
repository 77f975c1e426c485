import { startDelivery } from "./delivery.ts";
import type { Part, PartContext } from "./part.ts";
import { createPusherServer } from "./realtime/server.ts";

/** The embedded Pusher-protocol server on the worker's loopback port, unless another host was named, and what tells it. */
export const realtime: Part = {
  name: "realtime",
  async start(context) {
    const host = context.runtime.config.pusherUrl ? undefined : await startHost(context);
    const delivery = startDelivery(context, host?.port ?? 0);
    return async () => {
      await delivery.stop();
      await host?.close();
    };
  },
};

async function startHost({ runtime: { config }, secrets, log }: PartContext) {
  const { appId, key, secret } = secrets.pusher;
  const server = createPusherServer({
    app: { id: appId, key, secret },
    // Only the web process can reach this port, and it has already refused pages of other sites.
    allowedOrigins: ["*"],
    addressOf: (request) => String(request.headers["x-forwarded-for"] ?? request.socket.remoteAddress),
    log,
    webhooks: config.realtimeWebhookUrl === undefined ? undefined : { url: config.realtimeWebhookUrl },
  });
  const port = await server.listen(config.workerPort, "127.0.0.1");
  log.info({ port }, "realtime is listening");
  return { port, close: () => server.close() };
}
