import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, expect, test } from "vitest";
import { createFront } from "#app/_server/front.ts";
import { walkThePusherProtocol } from "#scripts/test/pusher-walk.ts";
import { parseConfig } from "#server/config.ts";
import { createLogger } from "#server/log.ts";
import { app, RawClient, startServer, until } from "./test/harness.ts";

const harness = await startServer({ allowedOrigins: ["*"] });
const front = createFront({
  config: parseConfig({ ENTOURAGE_WORKER_PORT: String(harness.port), ENTOURAGE_LOG_LEVEL: "silent" }),
  dev: false,
  log: createLogger("web-origin-test"),
  health: () => ({ ok: true }),
  readiness: async () => ({ ok: true }),
  isDraining: () => false,
  metrics: async (_request, response) => void response.end(),
  git: async (_request, response) => void response.end(),
  next: async (_request, response) => void response.end(),
  nextUpgrade: (_request, socket) => socket.destroy(),
});
const web = createServer(front.handle).on("upgrade", front.upgrade).listen(0, "127.0.0.1");
await once(web, "listening");
const address = web.address();
const socketPort = address && typeof address === "object" ? address.port : 0;
afterAll(async () => {
  web.closeAllConnections();
  web.close();
  await harness.stop();
});

const target = { app: { appId: app.id, key: app.key, secret: app.secret }, apiPort: harness.port };

test("the official libraries find every kind of channel as documented on the server's own port", () =>
  expect(walkThePusherProtocol({ ...target, socketPort: harness.port, socketPath: "" })).resolves.toBeUndefined());

test("and through the front of the web process, where browsers connect", () =>
  expect(walkThePusherProtocol({ ...target, socketPort, socketPath: "/realtime" })).resolves.toBeUndefined());

test("a page of another site does not get as far as the worker, and the limit of an address counts the browser's", async () => {
  await until("the walks to be over", () => harness.server.stats().connections === 0);
  const foreign = new RawClient(`ws://127.0.0.1:${socketPort}/realtime/app/${app.key}?protocol=7`, {
    Origin: "https://evil.example",
  });
  expect((await until("the end", () => foreign.closed)).code).toBe(1006);
  const own = new RawClient(`ws://127.0.0.1:${socketPort}/realtime/app/${app.key}?protocol=7`, {
    Origin: `http://127.0.0.1:${socketPort}`,
  });
  await own.socketId();
  expect(harness.server.stats().connections).toBe(1);
  own.socket.terminate();
});
