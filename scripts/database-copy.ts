import { createReadStream, createWriteStream, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { TransactionSql } from "postgres";
import { z } from "zod";
import type { Sql } from "#db/client.ts";

const dumpedTable = z.object({ schema: z.string(), name: z.string(), rows: z.int() });
const dumpedSequence = z.object({ schema: z.string(), name: z.string(), value: z.string().nullable() });
const dump = z.object({
  format: z.literal(1),
  madeAt: z.string(),
  migrations: z.array(z.string()),
  tables: z.array(dumpedTable),
  sequences: z.array(dumpedSequence),
});
/** What a dump holds, and the migrations whose tables it fits. */
export type Manifest = z.infer<typeof dump>;

/** Schemas of the migrator and of PostgreSQL itself are made anew by the one who restores. */
const NOT_OURS = ["drizzle", "information_schema"];

/**
 * Writes every table to a file each, all as of one moment, with nothing but COPY: the embedded server brings no
 * pg_dump, and this works with any server. The database stays in use meanwhile.
 */
export async function dumpDatabase(sql: Sql, folder: string): Promise<Manifest> {
  mkdirSync(folder, { recursive: true });
  return sql.begin("isolation level repeatable read read only", async (tx) => {
    const migrations = await tx<{ name: string }[]>`select name from drizzle.__drizzle_migrations order by id`;
    const tables: z.infer<typeof dumpedTable>[] = [];
    for (const { schema, name } of await listTables(tx)) {
      const [count] = await tx<{ rows: number }[]>`select count(*)::int as rows from ${tx(schema)}.${tx(name)}`;
      const source = await tx`copy ${tx(schema)}.${tx(name)} to stdout`.readable();
      await pipeline(source, createWriteStream(join(folder, `${schema}.${name}.copy`)));
      tables.push({ schema, name, rows: count?.rows ?? 0 });
    }
    const sequences = await tx<Manifest["sequences"]>`
      select schemaname as schema, sequencename as name, last_value::text as value from pg_sequences
       where schemaname <> all(${NOT_OURS})`;
    const names = migrations.map((row) => row.name);
    const manifest: Manifest = {
      format: 1,
      madeAt: new Date().toISOString(),
      migrations: names,
      tables,
      sequences: [...sequences],
    };
    writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest, null, 2));
    return manifest;
  });
}

/** Reads what `dumpDatabase` wrote into the same, empty tables: all of it, or in a failure nothing. */
export async function loadDatabase(sql: Sql, folder: string): Promise<Manifest> {
  const manifest = readManifest(folder);
  await sql.begin(async (tx) => {
    // Rows come in any order and the triggers have done their work when the rows were made.
    await tx`set local session_replication_role = replica`;
    for (const { schema, name, rows } of manifest.tables) {
      // Owners who are no superuser are held by the policies too; migrating afterwards walls the table in again.
      await tx`alter table ${tx(schema)}.${tx(name)} no force row level security`;
      await tx`delete from ${tx(schema)}.${tx(name)}`; // What a migration put there comes back with the dump.
      const target = await tx`copy ${tx(schema)}.${tx(name)} from stdin`.writable();
      await pipeline(createReadStream(join(folder, `${schema}.${name}.copy`)), target);
      const [count] = await tx<{ rows: number }[]>`select count(*)::int as rows from ${tx(schema)}.${tx(name)}`;
      if (count?.rows !== rows) throw new Error(`${schema}.${name} has ${count?.rows} rows, the backup says ${rows}.`);
    }
    for (const { schema, name, value } of manifest.sequences) {
      if (value !== null)
        await tx`select setval(format('%I.%I', ${schema}::text, ${name}::text)::regclass, ${value}::bigint)`;
    }
  });
  return manifest;
}

export function readManifest(folder: string): Manifest {
  const manifest = dump.safeParse(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")));
  if (manifest.success) return manifest.data;
  throw new Error(`This version reads backups of format 1, and this is none: ${z.prettifyError(manifest.error)}`);
}

/** True when nobody has used this database yet. */
export async function isEmpty(sql: Sql): Promise<boolean> {
  for (const { schema, name } of await listTables(sql)) {
    if (schema !== "public" || name === "worker_beats" || name === "realtime_nodes") continue;
    const rows = await sql`select 1 from ${sql(schema)}.${sql(name)} limit 1`;
    if (rows.length > 0) return false;
  }
  return true;
}

function listTables(sql: Sql | TransactionSql) {
  return sql<{ schema: string; name: string }[]>`
    select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and c.relpersistence = 'p' and n.nspname !~ '^pg_' and n.nspname <> all(${NOT_OURS})
     order by 1, 2`;
}
