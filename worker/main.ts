import { config } from "#server/config.ts";
import { openSecrets } from "#server/keyring.ts";
import { openRuntime } from "#server/runtime.ts";
import { startTracing } from "#server/tracing/exporting.ts";
import { parts } from "./parts.ts";
import { realtime } from "./realtime-part.ts";

// Wiring only: what the worker does stands in parts.ts.
const settings = config();
const endTracing = await startTracing("worker");
const runtime = await openRuntime("worker", settings);
const { log } = runtime;
const stopping = new AbortController();
const running: { name: string; stop: () => Promise<void> }[] = [];

// Half a worker is worse than none: it ends, and the launcher starts a whole one.
process.on("uncaughtException", (error) => {
  log.fatal({ error }, "worker failed");
  process.exit(1);
});
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop());
process.on("disconnect", () => void stop());

const secrets = openSecrets(settings.dataDir);
// `worker/main.ts realtime`: the realtime server alone, for installations that have more of it than of workers.
for (const part of process.argv[2] === "realtime" ? [realtime] : parts) {
  const context = {
    runtime,
    secrets,
    log: log.child({ part: part.name }),
    signal: stopping.signal,
  };
  running.push({ name: part.name, stop: await part.start(context) });
}
log.info({ parts: running.map((part) => part.name) }, "worker is running");
process.send?.("ready");

async function stop(): Promise<void> {
  if (stopping.signal.aborted) return;
  stopping.abort();
  // A part that cannot end (the database is gone) must not keep the process: leases end by themselves.
  setTimeout(() => process.exit(1), settings.drainSeconds * 1000 + 1000).unref();
  for (const part of running.reverse()) {
    await part.stop().catch((error: unknown) => log.warn({ error, stopped: part.name }, "part did not stop cleanly"));
  }
  await runtime.close();
  await endTracing();
  log.info("worker stopped");
  process.exit(0);
}
