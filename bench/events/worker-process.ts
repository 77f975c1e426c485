import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { cleanEnvironment, end, findFreePort } from "../product/product.ts";

/** The product's own worker, with its relay and its realtime server, on a database; as the launcher starts it. */
export async function startWorker(databaseUrl: string, dataDir: string) {
  const port = await findFreePort();
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "worker/main.ts"], {
    cwd: join(import.meta.dirname, "..", ".."),
    env: {
      ...cleanEnvironment(),
      DATABASE_URL: databaseUrl,
      ENTOURAGE_DATA_DIR: dataDir,
      ENTOURAGE_WORKER_PORT: String(port),
      ENTOURAGE_LOG_LEVEL: "error",
      NODE_ENV: "production",
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await once(child, "message");
  return { port, stop: () => end(child) };
}
