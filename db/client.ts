import { drizzle, PostgresJsSession } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { arrayTypes } from "./array-types.ts";
import { openLanes } from "./lanes.ts";

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
  /** Settings of PostgreSQL for each connection. */
  settings?: Record<string, string>;
  /** A connection of a transaction is gone, and what its session held with it. */
  onclose?: () => void;
}

/**
 * A client of postgres.js with connections of its own: for LISTEN, and for sessions that hold a lock.
 *
 * The back-off is short on purpose: postgres.js waits up to 20 s by default after a database restart, during which
 * nothing is dispatched (measured: 17–19 s against 0.6–0.8 s).
 */
export function openClient(url: string, { poolSize = 1, name = "entourage", settings, onclose }: ConnectOptions = {}) {
  return postgres(url, {
    max: poolSize,
    onnotice: () => {},
    ...(onclose && { onclose }),
    backoff: (attempt) => Math.min(1, 0.05 * 2 ** attempt),
    connect_timeout: 10,
    types: arrayTypes,
    fetch_types: false,
    connection: { application_name: name, idle_in_transaction_session_timeout: 30_000, ...settings },
  });
}

/**
 * Opens a pool. `db` is for all work, which is done in transactions, each on one of `lanes.ts`; `sql` is for COPY and
 * single statements.
 */
export function connect(url: string, { poolSize = 10, onclose, ...options }: ConnectOptions = {}) {
  const forStatements = Math.max(1, Math.floor(poolSize / 4));
  const sql = openClient(url, { ...options, poolSize: forStatements });
  const lanes = openLanes(
    (closed) =>
      drizzle({
        client: openClient(url, {
          ...options,
          onclose: () => {
            closed();
            onclose?.();
          },
        }),
      }),
    Math.max(1, poolSize - forStatements),
  );
  const db = drizzle({ client: sql });
  db.transaction = (work, config) => lanes.transaction(work, config);
  aloneOf.set(sql, () => openClient(url, options));
  return { sql, db, close: async () => void (await Promise.all([sql.end({ timeout: 5 }), lanes.close()])) };
}

const aloneOf = new WeakMap<object, () => ReturnType<typeof openClient>>();

/**
 * One connection of its own to the database of a pool, for a session that is held for long: of one that a pool lends,
 * its holder cannot know that it was cut and lent to somebody else.
 */
export function connectAlone(pool: Sql): Sql {
  const open = aloneOf.get(pool);
  if (!open) throw new Error("only to the database of a pool that `connect` opened");
  return open();
}

export type Connection = ReturnType<typeof connect>;
export type Sql = Connection["sql"];
export type Db = Connection["db"];
export type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];
