import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { connect } from "#db/client.ts";
import { startEmbeddedPostgres } from "#db/embedded.ts";
import { migrate, migrationsFolder } from "#db/migrate.ts";
import { config } from "#server/config.ts";
import { run } from "./backup.ts";
import { isEmpty, loadDatabase, readManifest } from "./database-copy.ts";
import { occupy } from "./running.ts";

/**
 * Puts a backup into an empty installation; with `force`, in place of what is there. The tables are made as they were
 * when it was written, filled, and then migrated: a backup of an older version works.
 */
export async function restore(databaseUrl: string, dataDir: string, file: string, force: boolean): Promise<void> {
  const staging = mkdtempSync(join(dataDir, "restore-"));
  const { sql, close } = connect(databaseUrl, { poolSize: 1, name: "entourage-restore" });
  try {
    run("tar", ["-xzf", file, "-C", staging]);
    const { migrations } = readManifest(join(staging, "database"));
    if (!force && !(await isEmpty(sql))) {
      throw new Error("This installation is in use. Add --force to replace everything in it by the backup.");
    }
    await sql`drop schema if exists drizzle cascade`;
    await sql`drop schema public cascade`;
    await sql`create schema public`;
    const asItWas = join(staging, "schema", "migrations");
    for (const name of migrations) copyMigration(name, asItWas);
    mkdirSync(asItWas, { recursive: true });
    await migrate(databaseUrl, asItWas);
    await loadDatabase(sql, join(staging, "database"));
    await migrate(databaseUrl);
    for (const name of readdirSync(staging).filter((entry) => entry !== "database" && entry !== "schema")) {
      rmSync(join(dataDir, name), { recursive: true, force: true });
      cpSync(join(staging, name), join(dataDir, name), { recursive: true });
    }
  } finally {
    await close();
    rmSync(staging, { recursive: true, force: true });
  }
}

function copyMigration(name: string, target: string): void {
  const source = join(migrationsFolder, name);
  if (!existsSync(source)) throw new Error(`The backup is of a newer version: ${name} is not in this checkout.`);
  cpSync(source, join(target, name), { recursive: true });
}

async function main(): Promise<void> {
  const force = process.argv.includes("--force");
  const [named] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
  if (!named) throw new Error("Name the file: npm run restore -- FILE [--force]");
  const file = resolve(named);
  if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
  const { dataDir, databaseUrl, publicUrl } = config();
  const place = occupy(dataDir, { url: publicUrl, databaseUrl: databaseUrl ?? "" });
  const postgres = databaseUrl ? undefined : await startEmbeddedPostgres(join(dataDir, "postgres"));
  try {
    await restore(databaseUrl ?? postgres?.url ?? "", dataDir, file, force);
    const where = process.env.ENTOURAGE_DATA_DIR ? `ENTOURAGE_DATA_DIR=${process.env.ENTOURAGE_DATA_DIR} ` : "";
    console.log(`Restored ${file}. Start it with: ${where}npm start`);
  } finally {
    await postgres?.stop();
    place.leave();
  }
}

if (import.meta.main) {
  process.umask(0o077);
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
