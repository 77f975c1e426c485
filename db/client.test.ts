import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { connect } from "./client.ts";
import { openTestDatabase } from "./test/database.ts";

const { url } = await openTestDatabase();

test("a connection plans a raw statement once, whatever its parameters", async () => {
  const { db, close } = connect(url, { poolSize: 1 });
  const ask = (number: number) =>
    db.transaction((tx) => tx.execute<{ next: number }>(sql`select ${number}::int + 1 as next`));
  expect((await ask(1))[0]?.next).toBe(2);
  expect((await ask(5))[0]?.next).toBe(6);
  const kept = await db.execute<{ statement: string; runs: number }>(
    sql`select (generic_plans + custom_plans)::int as runs from pg_prepared_statements where statement like 'select $1::int + 1%'`,
  );
  expect(kept).toEqual([{ runs: 2 }]);
  await close();
});
