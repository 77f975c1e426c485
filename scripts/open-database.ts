import { join } from "node:path";
import { startEmbeddedPostgres } from "#db/embedded.ts";
import type { Config } from "#server/config.ts";
import { findRunning } from "./running.ts";

/** The database of the Entourage that runs on the data folder; else the one of the settings; else the embedded one, for a moment. */
export async function openDatabase({ dataDir, databaseUrl, publicUrl }: Config) {
  const close = async () => {};
  const running = findRunning(dataDir);
  if (running?.databaseUrl) return { url: running.databaseUrl, publicUrl: running.url, close };
  if (databaseUrl) return { url: databaseUrl, publicUrl, close };
  const embedded = await startEmbeddedPostgres(join(dataDir, "postgres"));
  // A server that was there already is somebody else's to stop.
  return { url: embedded.url, publicUrl, close: async () => (embedded.reused ? undefined : embedded.stop()) };
}
