import postgres from "postgres";
import { migrate } from "../migrate.ts";

export const TEMPLATE = "entourage_template";

/** Makes the database that all others are copied from, with every migration applied and no way to connect to it. */
export async function prepareTemplate(serverUrl: string): Promise<void> {
  await onServer(serverUrl, (sql) => sql.unsafe(`create database ${TEMPLATE}`));
  await migrate(urlOfDatabase(serverUrl, TEMPLATE));
  await onServer(serverUrl, async (sql) => {
    await sql.unsafe(`alter database ${TEMPLATE} with is_template true allow_connections false`);
    // A pool that was closed is not yet gone on the server's side, and one session is enough to refuse a copy.
    await sql`select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = ${TEMPLATE}`;
  });
}

/** Runs statements that belong to no database of the tests: CREATE and DROP DATABASE. */
export async function onServer(serverUrl: string, run: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(urlOfDatabase(serverUrl, "postgres"), { max: 1, onnotice: () => {} });
  try {
    await run(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

export function urlOfDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
