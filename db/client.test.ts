import { sql } from "drizzle-orm";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { connect, type Tx } from "./client.ts";
import { openTestDatabase } from "./test/database.ts";

const { url, db: server } = await openTestDatabase();

test("a connection plans a raw statement once, whatever its parameters", async () => {
  const { db, close } = connect(url, { poolSize: 1 });
  const ask = (number: number) =>
    db.transaction((tx) => tx.execute<{ next: number }>(sql`select ${number}::int + 1 as next`));
  expect((await ask(1))[0]?.next).toBe(2);
  expect((await ask(5))[0]?.next).toBe(6);
  const kept = await db.transaction((tx) =>
    tx.execute<{ runs: number }>(
      sql`select (generic_plans + custom_plans)::int as runs from pg_prepared_statements where statement like 'select $1::int + 1%'`,
    ),
  );
  expect(kept).toEqual([{ runs: 2 }]);
  await close();
});

describe("a transaction whose connection was cut", () => {
  /** Its callback goes on while another transaction of the same pool is open. @returns what the other one wrote. */
  async function goOnLate(late: (tx: Tx) => Promise<unknown>, poolSize = 1): Promise<string[]> {
    const { db, close } = connect(url, { poolSize });
    onTestFinished(close);
    await db.execute(sql`drop table if exists cut`);
    await db.execute(sql`create table cut (words text)`);
    const replaced = Promise.withResolvers<void>();
    let ended: Promise<unknown> | undefined;
    const first = db.transaction(async (tx) => {
      const [row] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      await server.execute(sql`select pg_terminate_backend(${row?.pid})`);
      await replaced.promise;
      ended = late(tx);
      await ended;
    });
    await expect(first).rejects.toThrow();
    await db.transaction(async (tx) => {
      await tx.execute(sql`insert into cut values ('one')`);
      replaced.resolve();
      await delay(50);
      await tx.execute(sql`insert into cut values ('two')`);
    });
    expect(ended).toBeDefined();
    const rows = await db.transaction((tx) => tx.execute<{ words: string }>(sql`select words from cut order by words`));
    return rows.map(({ words }) => words);
  }

  const ways: [string, (tx: Tx) => Promise<unknown>][] = [
    [
      "its late statement is not run in the transaction of another",
      (tx) => tx.execute(sql`insert into cut values ('late')`),
    ],
    ["its late commit does not end the transaction of another", () => Promise.resolve()],
    ["its late rollback does not undo the transaction of another", () => Promise.reject(new Error("no longer wanted"))],
    [
      "its late savepoint does not touch the transaction of another",
      (tx) => tx.transaction((inner) => inner.execute(sql`insert into cut values ('late')`)),
    ],
  ];
  test.for(ways)("%s", async ([, late]) => {
    expect(await goOnLate(late)).toEqual(["one", "two"]);
  });

  test("a pool is not smaller after cuts at any moment, and every transaction ends", async () => {
    const { db, close } = connect(url, { poolSize: 2, name: "cut-often" });
    onTestFinished(close);
    const cutting = new AbortController();
    const cuts = (async () => {
      while (!cutting.signal.aborted) {
        await server.execute(
          sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'cut-often'`,
        );
        await delay(3);
      }
    })();
    let [done, lost] = [0, 0];
    const work = async (number: number) => {
      for (let n = 0; n < 40; n++)
        await db
          .transaction(async (tx) => {
            await tx.execute(sql`select ${number}::int + 1`);
            await tx.transaction((inner) => inner.execute(sql`select ${n}::int + 2`)).catch(() => undefined);
            await tx.execute(sql`select ${n}::int + 3`);
          })
          .then(
            () => done++,
            () => lost++,
          );
    };
    await Promise.all([1, 2, 3, 4].map(work));
    cutting.abort();
    await cuts;
    expect(done + lost).toBe(160);
    expect(lost).toBeGreaterThan(0);
    expect(await db.transaction((tx) => tx.execute(sql`select 1 as one`))).toEqual([{ one: 1 }]);
  });
});
