import { parseArgs } from "node:util";
import { sql } from "drizzle-orm";
import { release } from "#server/budgets/freeing.ts";
import { reserve } from "#server/budgets/ledger.ts";
import { changeCap } from "#server/budgets/service.ts";
import { figure, median, round } from "./figure.ts";
import { addOrg, as, type Bench, openBench } from "./installation.ts";

// Money against one cap: how many reservations a second 50 spenders get through one counter, against the same number of
// bare updates of one row; and how far beyond a cap they ever come when there is not enough for all.

const { values } = parseArgs({
  options: {
    spenders: { type: "string", default: "50" },
    seconds: { type: "string", default: "5" },
    repeats: { type: "string", default: "3" },
  },
});
const [spenders, seconds, repeats] = [Number(values.spenders), Number(values.seconds), Number(values.repeats)];
const model = "gpt-5";

const bench = await openBench(spenders);
try {
  const { orgId, teamId } = await addOrg(bench.runtime, 1);
  const spender = { teamId, agentId: null, userId: null, taskId: null, sessionId: null };
  const take = (upperBoundMicros: number) =>
    as(bench.runtime, orgId, (context) => reserve(context, spender, { upperBoundMicros, model }));

  const [ours, floor]: [number[], number[]] = [[], []];
  for (let repeat = 0; repeat < repeats; repeat++) {
    ours.push(await rateOf(() => take(1)));
    floor.push(await rateOfBareUpdates(bench));
  }
  figure({
    figure: "reservations against one cap",
    spenders,
    perSecond: round(median(ours), 0),
    bareUpdates_perSecond: round(median(floor), 0),
    ratio: round(median(ours) / median(floor)),
  });

  figure({ figure: "overshoot", spenders, ...(await overshoot(bench, orgId, take)), goal: 0 });
} finally {
  await bench.close();
}

/** How often a second all spenders together get through, each beginning again when it is done. */
async function rateOf(once: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const until = performance.now() + seconds * 1_000;
  const begun = performance.now();
  const loop = async () => {
    while (performance.now() < until) {
      await once();
      count++;
    }
  };
  await Promise.all(Array.from({ length: spenders }, loop));
  return count / ((performance.now() - begun) / 1_000);
}

async function rateOfBareUpdates({ runtime: { db }, client }: Bench): Promise<number> {
  await client.unsafe(
    "create table if not exists bench_row (n bigint); truncate bench_row; insert into bench_row values (0)",
  );
  return rateOf(() => db.transaction((tx) => tx.execute(sql`update bench_row set n = n + 1`)));
}

/** Half of them give back what they took, so that the counter is at its cap again and again. */
async function overshoot(
  { runtime, client }: Bench,
  orgId: string,
  take: (micros: number) => ReturnType<typeof reserve>,
) {
  const [budget] = await client<
    { id: string; used: number }[]
  >`select b.id, (c.settled_micros + c.reserved_micros)::int as used
    from budgets b join budget_counters c on c.org_id = b.org_id and c.budget_id = b.id where b.org_id = ${orgId}`;
  if (!budget) throw new Error("there is no budget");
  await as(runtime, orgId, (context) => changeCap(context, budget.id, budget.used + 1_000_000));
  let refused = 0;
  await rateOf(async () => {
    const reserved = await take(Math.ceil(Math.random() * 60_000));
    if (!reserved.ok) refused++;
    else if (Math.random() < 0.5) await as(runtime, orgId, (context) => release(context, [reserved.reservationId]));
  });
  const [seen] = await client<
    { highest: number; entries: number }[]
  >`select max(settled_after + reserved_after - cap_micros)::float8 as highest,
    count(*)::int as entries from ledger where org_id = ${orgId} and kind = 'reserved'`;
  return { largestOvershootMicros: Math.max(0, seen?.highest ?? Number.NaN), entries: seen?.entries, refused };
}
