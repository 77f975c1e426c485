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
  const server = await startTemporaryPostgres();
  try {
    await prepareTemplate(server.url);
  } catch (error) {
    await server.stop();
    throw error;
  }
  project.provide("postgresUrl", server.url);
  return () => server.stop();
}
