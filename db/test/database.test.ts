import { expect, test } from "vitest";
import { openTestDatabase } from "./database.ts";

const one = await openTestDatabase();
const other = await openTestDatabase();

test("what is committed in one test file's database is not there in another's", async () => {
  await one.sql`create table only_here (id int)`;
  const [found] = await other.sql`select to_regclass('only_here') as name`;
  expect(found?.name).toBeNull();
});

test("a test database holds every migration", async () => {
  const [counted] = await one.sql`select count(*)::int as tables from pg_tables where schemaname = 'public'`;
  expect(counted?.tables).toBeGreaterThan(10);
});
