import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres, { type Sql } from "postgres";

const ROLES = ["entourage_app", "entourage_system"];
/** Any number, the same for every Entourage that could meet on one database. */
const MIGRATION_LOCK = 7_301_942;

/** Where the migrations of this checkout are. The launchers run from its root; so does every child of theirs. */
export const migrationsFolder = join(process.cwd(), "db", "migrations");

/**
 * Brings a database to the shape this checkout needs: roles, migrations, functions, row-level security. Safe to run at any time,
 * and by several processes at once: they take turns under an advisory lock. Returns the names it applied.
 */
export async function migrate(url: string, folder = migrationsFolder): Promise<string[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: "entourage-migrate" } });
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    const before = await appliedMigrations(sql);
    refuseNewerDatabase(before, folder);
    for (const role of ROLES) await ensureRole(sql, role);
    await besideOthers(() => applyMigrations(drizzle({ client: sql }), { migrationsFolder: folder }));
    // In one call, so in one transaction: no moment in which a new function stands outside of the walls.
    const always = ["functions.sql", "security.sql"].map((name) => join(folder, "..", name)).filter(existsSync);
    const text = always.map((file) => readFileSync(file, "utf8")).join("\n");
    // It needs each table for a moment: whoever works meanwhile is not made to wait behind it for long.
    await sql`set lock_timeout = '2s'`;
    await besideOthers(() => sql.unsafe(text));
    const after = await appliedMigrations(sql);
    return after.filter((name) => !before.includes(name));
  } finally {
    await sql.end(); // The lock ends with the connection.
  }
}

/**
 * For a command beside others, who may be at work on the database: an empty one is made, one of this version is left as it is.
 * @throws Error what to do, where it is of an older or newer version: changing it is up to whoever starts Entourage on it.
 */
export async function requireThisVersion(url: string, folder = migrationsFolder): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: "entourage-version" } });
  try {
    // Whoever makes it at this moment is waited for.
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    const applied = await appliedMigrations(sql);
    refuseNewerDatabase(applied, folder);
    const missing = knownMigrations(folder).filter((name) => !applied.includes(name));
    if (missing.length === 0) return;
    if (applied.length > 0)
      throw new Error(
        `This database is of an older version of Entourage: ${missing.length} ${missing.length === 1 ? "migration is" : "migrations are"} missing, the first ${missing[0]}. ` +
          "Stop the older version and start this one on it (npm start), which brings it up to date; or run this command with the older one.",
      );
  } finally {
    await sql.end(); // The lock ends with the connection.
  }
  await migrate(url, folder);
}

const DEADLOCK = "40P01";
const LOCK_NOT_AVAILABLE = "55P03";

/** Other processes may be at work on the database; what met them in the wrong order was rolled back and is tried again. */
async function besideOthers(work: () => PromiseLike<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      const code = codeOf(error) ?? codeOf(error instanceof Error ? error.cause : undefined);
      if (attempt === 50 || (code !== DEADLOCK && code !== LOCK_NOT_AVAILABLE)) throw error;
      await delay(100 + Math.random() * 400);
    }
  }
}

const codeOf = (error: unknown): unknown => (error === undefined ? undefined : Reflect.get(Object(error), "code"));

/** Names of the migrations of this checkout that the database does not have yet, oldest first. */
export async function pendingMigrations(sql: Sql, folder = migrationsFolder): Promise<string[]> {
  const applied = await appliedMigrations(sql);
  return knownMigrations(folder).filter((name) => !applied.includes(name));
}

function knownMigrations(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "migration.sql")))
    .sort();
}

async function appliedMigrations(sql: Sql): Promise<string[]> {
  const [table] = await sql`select to_regclass('drizzle.__drizzle_migrations') is not null as exists`;
  if (!table?.exists) return [];
  const rows = await sql<{ name: string }[]>`select name from drizzle.__drizzle_migrations order by id`;
  return rows.map((row) => row.name);
}

/** An older checkout on a newer database would write rows that the newer one no longer understands. */
function refuseNewerDatabase(applied: readonly string[], folder: string): void {
  const known = knownMigrations(folder);
  const foreign = applied.filter((name) => !known.includes(name));
  if (foreign.length === 0) return;
  throw new Error(
    `This database was migrated by another version of Entourage (${foreign.join(", ")} is not in this checkout). ` +
      "Use the version that made it, or restore a backup into an empty database.",
  );
}

/**
 * Roles belong to the whole server, the advisory lock only to one database: databases migrated side by side race here,
 * so that "already there" and "somebody else is changing it" are tried again rather than believed.
 */
async function ensureRole(sql: Sql, role: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const [found] = await sql`
        select r.oid, exists (select 1 from pg_auth_members m where m.roleid = r.oid and m.member = current_user::regrole and m.set_option) as granted
          from pg_roles r where r.rolname = ${role}`;
      if (!found) await sql.unsafe(`create role ${role} nologin`);
      if (!found?.granted) await sql.unsafe(`grant ${role} to current_user`);
      return;
    } catch (error) {
      if (attempt === 10) throw error;
      await delay(attempt * 20);
    }
  }
}
