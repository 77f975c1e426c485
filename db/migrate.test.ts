import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type EmbeddedPostgres, startTemporaryPostgres } from "./embedded.ts";
import { migrate, pendingMigrations, requireThisVersion } from "./migrate.ts";

let server: EmbeddedPostgres;
let folder: string;
let databases = 0;
beforeAll(async () => {
  server = await startTemporaryPostgres();
}, 30_000);
afterAll(() => server.stop());
beforeEach(() => {
  const home = mkdtempSync(join(tmpdir(), "entourage-migrate-test-"));
  folder = join(home, "migrations");
  return () => rmSync(home, { recursive: true, force: true });
});

function write(name: string, sql: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, "migration.sql"), sql);
}

async function newDatabase(): Promise<string> {
  const name = `migrate_${++databases}`;
  const sql = postgres(server.url, { max: 1 });
  await sql.unsafe(`create database ${name}`);
  await sql.end();
  return server.url.replace(/entourage$/, name);
}

async function read(url: string, statement: string) {
  const sql = postgres(url, { max: 1 });
  try {
    return await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

test("eight processes that start at once apply each migration once", async () => {
  write("20260101000000_first", "create table first (n int); insert into first values (1);");
  const url = await newDatabase();
  const applied = await Promise.all(Array.from({ length: 8 }, () => migrate(url, folder)));
  expect(applied.flat()).toEqual(["20260101000000_first"]);
  expect(await read(url, "select n from first")).toHaveLength(1);
});

test("beside others at work, what met them in the wrong order is tried again", async () => {
  write("20260101000000_first", "create table first (n int); create table second (n int);");
  const url = await newDatabase();
  await migrate(url, folder);
  // Of two in a circle the one that looks first is ended: that is the migration here.
  const walls = "set deadlock_timeout = '20ms'; lock table first; lock table second; insert into first values (7);";
  writeFileSync(join(folder, "../security.sql"), walls);
  const other = postgres(url, { max: 1 });
  let attempt: Promise<string[]> | undefined;
  await other.begin(async (tx) => {
    await tx`set local deadlock_timeout = '60s'`;
    await tx`lock table second`;
    attempt = migrate(url, folder);
    const waits = () =>
      read(url, "select 1 from pg_locks where not granted and relation = 'second'::regclass").then(
        ({ length }) => length,
      );
    await expect.poll(waits, { timeout: 20_000, interval: 5 }).toBe(1);
    await tx`lock table first`;
  });
  await attempt;
  expect(await read(url, "select n from first")).toHaveLength(1);
  await other.end();
});

test("databases migrated side by side do not trip over the shared roles", async () => {
  write("20260101000000_first", "create table first (n int);");
  await read(server.url, "drop role if exists entourage_app; drop role if exists entourage_system;");
  const urls = await Promise.all([newDatabase(), newDatabase(), newDatabase(), newDatabase()]);
  await Promise.all(urls.map((url) => migrate(url, folder)));
  const roles = await read(
    server.url,
    "select rolname, rolcanlogin, rolbypassrls from pg_roles where rolname like 'entourage\\_%' order by 1",
  );
  expect(roles).toMatchObject([
    { rolname: "entourage_app", rolcanlogin: false, rolbypassrls: false },
    { rolname: "entourage_system", rolcanlogin: false, rolbypassrls: false },
  ]);
});

test("a migration that a branch brings late is applied, though its stamp is older", async () => {
  write("20260201000000_second", "create table second (n int);");
  const url = await newDatabase();
  await migrate(url, folder);
  write("20260101000000_late", "create table late (n int);");
  const sql = postgres(url, { max: 1 });
  expect(await pendingMigrations(sql, folder)).toEqual(["20260101000000_late"]);
  await sql.end();
  expect(await migrate(url, folder)).toEqual(["20260101000000_late"]);
});

test("a failing migration changes nothing and names what failed", async () => {
  write("20260101000000_broken", "create table half (n int);\n--> statement-breakpoint\nselect no_such_function();");
  const url = await newDatabase();
  await expect(migrate(url, folder)).rejects.toThrow();
  expect(await read(url, "select to_regclass('half') as half")).toMatchObject([{ half: null }]);
});

test("a database of a newer version is refused by name", async () => {
  write("20260101000000_first", "select 1;");
  write("20990101000000_future", "select 1;");
  const url = await newDatabase();
  await migrate(url, folder);
  rmSync(join(folder, "20990101000000_future"), { recursive: true });
  await expect(migrate(url, folder)).rejects.toThrow(/20990101000000_future is not in this checkout/);
});

test("a login that is no superuser may migrate and take both roles", async () => {
  write("20260101000000_first", "create table first (n int);");
  await read(server.url, "drop role if exists entourage_app; drop role if exists entourage_system;");
  await read(server.url, "create role plain login createrole password 'plain'");
  const url = await newDatabase();
  await read(
    url,
    "alter schema public owner to plain; grant create on database " + new URL(url).pathname.slice(1) + " to plain",
  );
  const plain = new URL(url);
  plain.username = "plain";
  plain.password = "plain";
  await migrate(plain.href, folder);
  expect(await read(plain.href, "select set_config('role', 'entourage_system', false) as role")).toMatchObject([
    { role: "entourage_system" },
  ]);
});

test("a command beside others makes an empty database, and changes none of another version", async () => {
  write("20260101000000_first", "create table first (n int);");
  const url = await newDatabase();
  writeFileSync(
    join(folder, "../functions.sql"),
    "create or replace function one() returns int language sql as 'select 1';",
  );
  await Promise.all([requireThisVersion(url, folder), requireThisVersion(url, folder)]);
  writeFileSync(join(folder, "../functions.sql"), "drop function one();");
  await requireThisVersion(url, folder);
  expect(await read(url, "select one() as n")).toMatchObject([{ n: 1 }]);
  write("20260102000000_second", "create table second (n int);");
  await expect(requireThisVersion(url, folder)).rejects.toThrow("20260102000000_second. Stop the older version");
  expect(await read(url, "select to_regclass('second') as it, one() as n")).toMatchObject([{ it: null, n: 1 }]);
  rmSync(join(folder, "20260102000000_second"), { recursive: true });
  rmSync(join(folder, "20260101000000_first"), { recursive: true });
  await expect(requireThisVersion(url, folder)).rejects.toThrow("another version of Entourage");
});
