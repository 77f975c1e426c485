import { createServer } from "node:net";
import { join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "#db/embedded.ts";
import { migrate } from "#db/migrate.ts";
import { type Config, config, unknownNames } from "#server/config.ts";
import { openSecrets } from "#server/keyring.ts";
import { createLogger, type Logger } from "#server/log.ts";
import { buildWhenNeeded } from "./build.ts";
import { createLineSink } from "./log-lines.ts";
import { alreadyRuns, findRunning, occupy } from "./running.ts";
import { type Supervised, supervise } from "./supervise.ts";

export type Mode = "production" | "development";
export type Launched = { config: Config; web: Supervised; worker: Supervised };

/**
 * Brings up the whole of Entourage: database, migrations, build, secrets, then web and worker as children. Ctrl-C and
 * SIGTERM take it down in the opposite order. Everything that is started is ended, also when starting fails half-way.
 */
export async function launch(mode: Mode): Promise<Launched> {
  const begun = Date.now();
  const settings = config();
  const endings: (() => unknown)[] = [];
  const stop = onceOnly(async () => {
    for (const end of endings.reverse()) await end();
  });
  listenForTheEnd(stop);
  try {
    await refuseTakenPort(settings);
    for (const name of unknownNames(process.env)) say(`${name} is not a setting (docs/configuration.md lists them).`);
    const place = occupy(settings.dataDir, { url: settings.publicUrl, databaseUrl: settings.databaseUrl ?? "" });
    endings.push(place.leave);
    const sink = createLineSink(join(settings.dataDir, "logs"));
    const log = createLogger("launcher");
    openSecrets(settings.dataDir);
    const databaseUrl = settings.databaseUrl ?? (await startDatabase(settings, log, endings));
    place.update(databaseUrl);
    const applied = await migrate(databaseUrl);
    if (applied.length > 0) say(`Database ready (${applied.length} migrations applied).`);
    if (mode === "production") await buildWhenNeeded(say);
    const environment = {
      DATABASE_URL: databaseUrl,
      ENTOURAGE_DATA_DIR: settings.dataDir,
      ENTOURAGE_WORKER_PORT: String(settings.workerPort || (await freePort())),
      ENTOURAGE_PROFILE: mode === "development" ? mode : settings.profile,
      NODE_ENV: mode,
      NEXT_TELEMETRY_DISABLED: "1",
    };
    const start = (name: string, file: string) => {
      const child = supervise({ name, file, environment, stopSeconds: settings.drainSeconds + 3 }, log, sink);
      endings.push(() => child.stop());
      return child;
    };
    const worker = start("worker", "worker/main.ts");
    const web = start("web", "app/_server/main.ts");
    await Promise.all([worker.ready, web.ready]);
    welcome(settings, (Date.now() - begun) / 1000);
    return { config: settings, web, worker };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startDatabase(settings: Config, log: Logger, endings: (() => unknown)[]): Promise<string> {
  const postgres: EmbeddedPostgres = await startEmbeddedPostgres(join(settings.dataDir, "postgres"), {
    log_min_duration_statement: `${settings.slowQueryMilliseconds}ms`,
  });
  endings.push(() => postgres.stop());
  postgres.watch(
    (milliseconds) => log.warn({ milliseconds }, "PostgreSQL had died and is back"),
    (error) => log.error({ error }, "PostgreSQL does not start"),
  );
  return postgres.url;
}

function listenForTheEnd(stop: () => Promise<void>): void {
  let asked = 0;
  const end = (reason: string) => {
    // npm and the terminal both pass a Ctrl-C on, so the second within a second is the same one.
    if (asked === 0) {
      asked = Date.now();
      if (reason !== "disconnect") say("Stopping …");
      void stop().then(() => process.exit(0));
    } else if (Date.now() - asked > 1000 && reason === "SIGINT") {
      say("Stopping at once.");
      process.exit(1);
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => end(signal));
  process.on("disconnect", () => end("disconnect"));
}

function onceOnly(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => (result ??= work());
}

async function refuseTakenPort({ port, dataDir, host }: Config): Promise<void> {
  const other = findRunning(dataDir);
  if (other) throw new Error(alreadyRuns(dataDir, other));
  if (!(await canListen(port, host))) {
    throw new Error(`Port ${port} is used by another program. Choose one: PORT=${port + 1} npm start`);
  }
}

function canListen(port: number, host?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer().once("error", () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

/** Below 32768: a port of the ephemeral range can become somebody's outgoing connection between two restarts. */
async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (await canListen(port, "127.0.0.1")) return port;
  }
  throw new Error("No free port between 20000 and 30000 for the worker.");
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function welcome({ publicUrl, auth, dataDir }: Config, seconds: number): void {
  const open =
    auth === "off" ? "\nSign-in is OFF (ENTOURAGE_AUTH=off): whoever reaches this machine is the owner.\n" : "";
  process.stdout.write(`
Entourage is ready at ${publicUrl}   (${seconds.toFixed(1)} s)
${open}
Connect an agent: make a key under Settings → API keys, then
  claude mcp add --transport http entourage ${publicUrl}/mcp --header "Authorization: Bearer oc_…"

See it work: npm run demo     Data: ${dataDir}     Stop: Ctrl-C

`);
}
