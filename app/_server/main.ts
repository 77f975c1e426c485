import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import next from "next";
import { connect } from "#db/client.ts";
import { config } from "#server/config.ts";
import { createLogger } from "#server/log.ts";
import { webRuntime } from "#server/runtime.ts";
import { tellOfProcess } from "#server/resources/processes.ts";
import { startTracing } from "#server/tracing/exporting.ts";
import { createFront } from "./front.ts";
import { serveGit } from "./git.ts";
import { createHealthCheck, createReadinessCheck } from "./health.ts";
import { createMetrics } from "./metrics.ts";
import { refuse } from "./refuse.ts";

// The web process. Next loads routes in a bundle of its own: what both need to share (settings, the database pool of
// the routes) hangs on globalThis, each in the module that makes it.
const settings = config();
const endTracing = await startTracing("web");
const log = createLogger("web");
const dev = process.env.NODE_ENV === "development";
if (!settings.databaseUrl) throw new Error("The web process needs DATABASE_URL; `npm start` sets it.");

// Next prints its own lines; ours are JSON, so they are told apart by the launcher.
const app = next({ dev, dir: process.cwd(), port: settings.port, hostname: "localhost" });
await app.prepare();
const nextHandler = app.getRequestHandler();
const nextUpgrade = app.getUpgradeHandler();
// Probes have a connection of their own: a pool that is exhausted by requests must not make the process look dead.
const probes = connect(settings.databaseUrl, { poolSize: 1, name: "entourage-probes" });

let draining = false;
let doorsAreOpen = false;
/** Set once this process tells what it uses. */
let silence: (() => Promise<void>) | undefined;
const front = createFront({
  config: settings,
  dev,
  log,
  health: createHealthCheck(settings),
  readiness: createReadinessCheck(probes.sql),
  metrics: createMetrics(async () => (doorsAreOpen ? webRuntime() : undefined)),
  isDraining: () => draining,
  git: serveGit,
  next: serveNext,
  nextUpgrade: (request, socket, head) => void nextUpgrade(request, socket, head),
});
// Usually the database is there; where it is not, those who ask are told so until it is.
await Promise.race([openDoors(), delay(5_000)]);
const servers = await Promise.all(addresses(settings.host).map(listen));
log.info({ port: settings.port, host: settings.host }, "web is listening");
process.send?.("ready");

for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop());
// The launcher is gone, perhaps killed: nobody would restart or stop us.
process.on("disconnect", () => void stop());

/** Nothing is awaited here once the doors are open: the first bytes of a body arrive with the headers. */
async function serveNext(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (doorsAreOpen) return nextHandler(request, response);
  void openDoors();
  response.setHeader("retry-after", "1");
  refuse(response, "unavailable", "The database does not answer. Try again in a moment.");
}

async function openDoors(): Promise<void> {
  await webRuntime().then(
    (runtime) => {
      doorsAreOpen = true;
      silence ??= tellOfProcess(runtime, "web", log);
    },
    (error: unknown) => log.warn({ error }, "the database does not answer"),
  );
}

/** `localhost` is two addresses, and browsers may try either first. */
function addresses(host: string): string[] {
  return host === "localhost" ? ["127.0.0.1", "::1"] : [host];
}

function listen(host: string): Promise<Server | undefined> {
  // A push of a large repository may take long; a header may not.
  const server = createServer(
    { headersTimeout: 30_000, requestTimeout: 900_000, keepAliveTimeout: 65_000 },
    front.handle,
  );
  server.on("upgrade", front.upgrade);
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      // A machine without IPv6 is still localhost.
      if (host === "::1" && error.code !== "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(settings.port, host, () => resolve(server));
  });
}

/** Lets open requests finish for a while, then cuts what is left (long polls, streams) and ends. */
async function stop(): Promise<void> {
  if (draining) return;
  draining = true;
  // Streams would stay open to the last: their readers are told to come back, and find the next process.
  if (doorsAreOpen) await webRuntime().then(({ streams }) => streams?.close());
  const open = servers.filter((server) => server !== undefined);
  const closed = Promise.all(open.map((server) => new Promise((resolve) => server.close(resolve))));
  const cut = setTimeout(() => {
    for (const server of open) server.closeAllConnections();
  }, settings.drainSeconds * 1000);
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, settings.drainSeconds * 1000 + 500))]);
  clearTimeout(cut);
  // The database may be gone already, and nothing waits for what it would have kept.
  await Promise.race([silence?.(), delay(1_000)]);
  await probes.close();
  await endTracing();
  log.info("web stopped");
  process.exit(0);
}
