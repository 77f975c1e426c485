import type { Part } from "./part.ts";
import { createPusherServer } from "./realtime/server.ts";

/** The embedded Pusher-protocol server on the worker's loopback port, unless another host was named. */
export const realtime: Part = {
  name: "realtime",
  async start({ runtime: { config }, secrets, log }) {
    if (config.pusherUrl) return async () => {};
    const { appId, key, secret } = secrets.pusher;
    const server = createPusherServer({
      app: { id: appId, key, secret },
      // Only the web process can reach this port, and it has already refused pages of other sites.
      allowedOrigins: ["*"],
      addressOf: (request) => String(request.headers["x-forwarded-for"] ?? request.socket.remoteAddress),
      log,
    });
    const port = await server.listen(config.workerPort, "127.0.0.1");
    log.info({ port }, "realtime is listening");
    return () => server.close();
  },
};
