import { drizzle, PostgresJsSession } from "drizzle-orm/postgres-js";
import postgres from "postgres";

// drizzle has the plans of its builders' statements kept for the life of a connection, but raw ones planned anew each time
// (their name is `false`), which was more than half of what the server did for a turn (2.8 of 5 ms, measured). Ours have
// fixed texts, so theirs are kept too.
// oxlint-disable-next-line typescript/unbound-method -- the proxy hands the session on as `this`
PostgresJsSession.prototype.prepareQuery = new Proxy(PostgresJsSession.prototype.prepareQuery, {
  apply: (prepareQuery, session: unknown, [query, mode, name, ...rest]: unknown[]): unknown =>
    Reflect.apply(prepareQuery, session, [query, mode, name === false ? true : name, ...rest]),
});

export interface ConnectOptions {
  /** Connections at most; 10 unless told. */
  poolSize?: number;
  /** Shown in pg_stat_activity, so that a person sees which process holds a connection. */
  name?: string;
}

/**
 * Opens a pool. `sql` is for LISTEN and COPY, `db` for everything else.
 *
 * The back-off is short on purpose: postgres.js waits up to 20 s by default after a database restart, during which
 * nothing is dispatched (measured: 17–19 s against 0.6–0.8 s).
 */
export function connect(url: string, { poolSize = 10, name = "entourage" }: ConnectOptions = {}) {
  const sql = postgres(url, {
    max: poolSize,
    onnotice: () => {},
    backoff: (attempt) => Math.min(1, 0.05 * 2 ** attempt),
    connect_timeout: 10,
    connection: { application_name: name, idle_in_transaction_session_timeout: 30_000 },
  });
  const db = drizzle({ client: sql });
  return { sql, db, close: () => sql.end({ timeout: 5 }) };
}

export type Connection = ReturnType<typeof connect>;
export type Sql = Connection["sql"];
export type Db = Connection["db"];
export type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];
