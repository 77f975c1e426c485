import type { Sql } from "#db/client.ts";
import { openLoop, until } from "../load/open-loop.ts";

/** Milliseconds from before a bare INSERT over its commit to the NOTIFY after it being heard: what nothing can go below. */
export async function notifyFloor(client: Sql, count: number, perSecond: number): Promise<number[]> {
  await client`create table if not exists bench_floor (id int)`;
  const begun = new Map<string, number>();
  const times: number[] = [];
  const ear = await client.listen("bench_floor", (id) => {
    times.push(performance.now() - (begun.get(id) ?? Number.NaN));
  });
  await openLoop(count, perSecond, async (index) => {
    begun.set(String(index), performance.now());
    await client`insert into bench_floor values (${index})`;
    await client`select pg_notify('bench_floor', ${String(index)})`;
  });
  await until("all notifications", () => times.length >= count);
  await ear.unlisten();
  return times;
}
