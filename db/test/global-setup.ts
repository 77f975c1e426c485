import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import type { TestProject } from "vitest/node";
import { startTemporaryPostgres } from "../embedded.ts";
import { prepareTemplate } from "./template.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The server of this run; reach it through `openTestDatabase`. */
    postgresUrl: string;
  }
}

/** One PostgreSQL for the whole run, migrated once; every test file gets a clone of that (`database.ts`). */
export default async function startServer(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTemporaryPostgres({ max_wal_size: "1GB" }, quickestFolder());
  try {
    await prepareTemplate(server.url);
  } catch (error) {
    await server.stop();
    throw error;
  }
  project.provide("postgresUrl", server.url);
  return () => server.stop();
}

/**
 * In memory where there is room: a database is a thousand small files, which a disk takes 200 ms of the processor to copy
 * and memory 25 (measured).
 */
function quickestFolder(): string {
  try {
    const { bavail, bsize } = statfsSync("/dev/shm");
    return bavail * bsize > 4 * 2 ** 30 ? "/dev/shm" : tmpdir();
  } catch {
    return tmpdir();
  }
}
