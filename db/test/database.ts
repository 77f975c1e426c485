import { randomBytes } from "node:crypto";
import { afterAll, inject } from "vitest";
import { type ConnectOptions, type Connection, connect } from "../client.ts";
import { onServer, TEMPLATE, urlOfDatabase } from "./template.ts";

export interface TestDatabase extends Connection {
  /** For what connects by itself: a child process, a LISTEN connection, a second pool. */
  url: string;
}

/**
 * A database of this test file's own: every table, no rows, about 30 ms. Call it at the top level of the file
 * (`const { db } = await openTestDatabase();`); it is closed and dropped when the file's tests are over.
 *
 * Nothing is rolled back between tests, so that commits, NOTIFY and races are real: give each test an organization of
 * its own instead of cleaning up.
 */
export async function openTestDatabase(options?: ConnectOptions): Promise<TestDatabase> {
  const serverUrl = inject("postgresUrl");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onServer(serverUrl, (sql) => sql.unsafe(`create database ${name} template ${TEMPLATE} strategy file_copy`));
  const url = urlOfDatabase(serverUrl, name);
  const connection = connect(url, options);
  afterAll(async () => {
    await connection.close();
    await onServer(serverUrl, (sql) => sql.unsafe(`drop database ${name} with (force)`));
  });
  return { ...connection, url };
}
