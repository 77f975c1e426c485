import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import type { Tx } from "#db/client.ts";
import { isoTime } from "#db/iso-time.ts";
import { asRows } from "./projection.ts";
import { projectedTables, projections } from "./projections.ts";
import type { EventType, PendingEvent } from "./registry.ts";

/** How one table compares with the fold of the events. */
export interface TableComparison {
  table: (typeof projectedTables)[number];
  rows: number;
  /** Rows that only the table has, and rows that only the fold has; both empty when state = fold(events). */
  onlyInTable: number;
  onlyInFold: number;
  sample: unknown;
}

/**
 * Rebuilds every projection from the events, with the same code that made them, and compares row by row.
 * The scratch tables are temporary ones of the same names: they stand before the real ones in the search path and are
 * gone with the transaction. One snapshot throughout, so it may run while the product works.
 */
export async function compareWithFold(url: string): Promise<{ events: number; tables: TableComparison[] }> {
  const client = postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: "entourage-replay" } });
  const db = drizzle({ client });
  try {
    return await db.transaction(
      async (tx) => {
        await tx.execute(sql`select set_config('role', 'entourage_system', true)`);
        for (const table of projectedTables) {
          const name = sql.identifier(table);
          await tx.execute(sql`create temp table ${name} (like public.${name} including all) on commit drop`);
        }
        const events = await foldAll(tx);
        const tables: TableComparison[] = [];
        for (const table of projectedTables) tables.push(await compareTable(tx, table));
        return { events, tables };
      },
      { isolationLevel: "repeatable read" },
    );
  } finally {
    await client.end();
  }
}

const batchSize = 2_000;

async function foldAll(tx: Tx): Promise<number> {
  let folded = 0;
  let after = { org: "00000000-0000-0000-0000-000000000000", seq: 0 };
  for (;;) {
    const batch =
      await tx.execute<StoredEvent>(sql`select org_id as "orgId", seq::int as seq, id, type, team_id as "teamId",
        task_id as "taskId", subject_id as "subjectId", actor, correlation_id as "correlationId", cause_seq as "causeSeq", data,
        ${isoTime(sql`occurred_at`)} as at
      from public.events where (org_id, seq) > (${after.org}::uuid, ${after.seq}::bigint) order by org_id, seq limit ${batchSize}`);
    for (const run of runsOf(batch)) {
      const [first] = run;
      if (first) await projections[first.type](tx, asRows(run), run);
    }
    folded += batch.length;
    const last = batch.at(-1);
    if (!last || batch.length < batchSize) return folded;
    after = { org: last.orgId, seq: last.seq };
  }
}

type StoredEvent = PendingEvent & { seq: number } & Record<string, unknown>;

/** Neighbours of one type about different subjects are applied together, as they were when they happened. */
function* runsOf(events: readonly StoredEvent[]): Generator<StoredEvent[]> {
  let run: StoredEvent[] = [];
  let type: EventType | undefined;
  const subjects = new Set<string>();
  for (const event of events) {
    if (event.type !== type || subjects.has(event.subjectId)) {
      if (run.length > 0) yield run;
      run = [];
      subjects.clear();
      type = event.type;
    }
    run.push(event);
    subjects.add(event.subjectId);
  }
  if (run.length > 0) yield run;
}

async function compareTable(tx: Tx, table: TableComparison["table"]): Promise<TableComparison> {
  const real = sql`public.${sql.identifier(table)}`;
  const fold = sql`pg_temp.${sql.identifier(table)}`;
  const [result] = await tx.execute<{ rows: number; onlyInTable: number; onlyInFold: number; sample: unknown }>(sql`
    with a as materialized (select * from ${real} except all select * from ${fold}),
         b as materialized (select * from ${fold} except all select * from ${real})
    select (select count(*)::int from ${real}) as rows, (select count(*)::int from a) as "onlyInTable",
      (select count(*)::int from b) as "onlyInFold",
      (select jsonb_build_object('table', to_jsonb(a), 'fold', (select to_jsonb(b) from b limit 1)) from a limit 1) as sample`);
  if (!result) throw new Error("the comparison gave no row");
  return { table, ...result };
}
