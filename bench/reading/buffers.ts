import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { z } from "zod";
import type { Runtime } from "#server/context.ts";
import { round } from "../figure.ts";

const plan = z.tuple([
  z.object({
    Plan: z.object({ "Shared Hit Blocks": z.number(), "Shared Read Blocks": z.number() }),
    "Execution Time": z.number(),
  }),
]);

/**
 * A runtime with one connection that keeps what it sent, so that the product's own statements can be explained with
 * their own parameters, and whose session counts the buffers of everything it did.
 */
export async function openWatched(url: string, runtime: Runtime) {
  const client = postgres(url, { max: 1, onnotice: () => {} });
  const sent: { query: string; params: unknown[] }[] = [];
  const db = drizzle({ client, logger: { logQuery: (query, params) => sent.push({ query, params }) } });
  const buffersSoFar = async () => {
    await client`select pg_stat_force_next_flush()`;
    const [row] = await client<{ touched: number }[]>`
      select sum(coalesce(hits, 0) + coalesce(reads, 0))::float8 as touched from pg_stat_get_backend_io(pg_backend_pid())`;
    return row?.touched ?? Number.NaN;
  };
  /** What looking costs by itself, which is taken off. */
  const looking = async () => {
    const before = await buffersSoFar();
    return (await buffersSoFar()) - before;
  };

  return {
    runtime: { ...runtime, db } satisfies Runtime,
    /** The statements of some work, as they were sent. */
    async statementsOf(work: () => Promise<unknown>) {
      sent.length = 0;
      await work();
      return [...sent];
    },
    /** Buffers that some work touched, everything counted: its transaction, its planning, its indexes, its log. */
    async touchedBy(work: () => Promise<unknown>): Promise<number> {
      await looking();
      const cost = await looking();
      const before = await buffersSoFar();
      await work();
      return (await buffersSoFar()) - before - cost;
    },
    /** Buffers and milliseconds of one reading statement, by EXPLAIN (ANALYZE, BUFFERS), the second time it runs. */
    async explain({ query, params }: { query: string; params: readonly unknown[] }, orgId: string) {
      const look = () =>
        client.begin(async (tx) => {
          await tx`select set_config('role', 'entourage_app', true), set_config('app.org_id', ${orgId}, true)`;
          const [row] = await tx.unsafe(`explain (analyze, buffers, format json) ${query}`, params.map(asParameter));
          const [{ Plan, "Execution Time": milliseconds }] = plan.parse(row?.["QUERY PLAN"]);
          return { buffers: Plan["Shared Hit Blocks"] + Plan["Shared Read Blocks"], milliseconds: round(milliseconds) };
        });
      await look();
      return look();
    },
    close: () => client.end({ timeout: 5 }),
  };
}

const asParameter = (value: unknown) => (typeof value === "number" || value === null ? value : String(value));
