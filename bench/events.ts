import { parseArgs } from "node:util";
import { sql } from "drizzle-orm";
import type { Context, Runtime } from "#server/context.ts";
import { paintFigures } from "./events/paint.ts";
import { startListener } from "./events/listening.ts";
import { notifyFloor } from "./events/floor.ts";
import { startWorker } from "./events/worker-process.ts";
import { write } from "./events/writers.ts";
import { figure, median, quantile, round } from "./figure.ts";
import { addOrg, type Bench, openBench } from "./installation.ts";
import { until } from "./load/open-loop.ts";

// From the commit of an event to whoever watches (performance goals, rows 4 and 5): what wake-ups cost the writers; 32
// writers through the product's worker to a real pusher-js client, with what was lost; and to the paint in Chromium.

const { values } = parseArgs({
  options: {
    writers: { type: "string", default: "32" },
    events: { type: "string", default: "5000" },
    rate: { type: "string", default: "1000" },
    orgs: { type: "string", default: "16" },
    repeats: { type: "string", default: "3" },
    paints: { type: "string", default: "200" },
    "paint-rate": { type: "string", default: "20" },
    parts: { type: "string", default: "wake,push,paint" },
  },
});
const [writers, events, repeats] = [Number(values.writers), Number(values.events), Number(values.repeats)];
const parts = values.parts.split(",");
const each = Math.ceil(events / writers);

if (parts.includes("wake") || parts.includes("push")) {
  const bench = await openBench(writers);
  try {
    if (parts.includes("wake")) for (const flushMs of [0, 1]) await wakeFigure(bench, flushMs);
    if (parts.includes("push")) await pushFigures(bench);
  } finally {
    await bench.close();
  }
}
if (parts.includes("paint"))
  await paintFigures({ paints: Number(values.paints), perSecond: Number(values["paint-rate"]), repeats });

/** Writing with wake-ups, without them, and with a NOTIFY inside the transaction, which is what wake-ups are not. */
async function wakeFigure({ runtime, client }: Bench, flushMs: number) {
  // A disk whose flush takes longer: every commit waits so long before it.
  await client.unsafe(`alter system set commit_delay = ${flushMs * 1_000}`);
  await client.unsafe(`alter system set commit_siblings = ${flushMs > 0 ? 0 : 5}`);
  await client`select pg_reload_conf()`;
  const orgs = await Promise.all(Array.from({ length: Number(values.orgs) }, () => addOrg(runtime, 1)));
  const silent: Runtime = { ...runtime, wake: { ...runtime.wake, announce() {} } };
  const notify = ({ tx }: Context) => tx.execute(sql`select pg_notify('bench_inside', '')`);
  const rates: Record<"on" | "off" | "inside", number[]> = { on: [], off: [], inside: [] };
  await write(runtime, { orgs, writers, each: 5 });
  for (let repeat = 0; repeat < repeats; repeat++) {
    rates.on.push(await rateOf(write(runtime, { orgs, writers, each })));
    rates.off.push(await rateOf(write(silent, { orgs, writers, each })));
    rates.inside.push(await rateOf(write(silent, { orgs, writers, each, inside: notify })));
  }
  const [on, off, inside] = [median(rates.on), median(rates.off), median(rates.inside)];
  figure({
    figure: "events: writing with wake-ups on, against off",
    flush: flushMs > 0 ? `${flushMs} ms` : "as the disk has it",
    writers,
    orgs: orgs.length,
    repeats,
    perSecond: round(on, 0),
    off_perSecond: round(off, 0),
    ratio: round(on / off),
    goal: 0.9,
    notifyInside_perSecond: round(inside, 0),
    notifyInsideRatio: round(inside / off),
  });
  for (const name of ["commit_delay", "commit_siblings"]) await client.unsafe(`alter system reset ${name}`);
  await client`select pg_reload_conf()`;
}

async function rateOf(writing: ReturnType<typeof write>): Promise<number> {
  const { committed, seconds } = await writing;
  return committed.size / seconds;
}

/** All writers in one organization, whose log is one line: the hardest case for order and for loss. */
async function pushFigures(bench: Bench) {
  const { runtime, url } = bench;
  const worker = await startWorker(url, runtime.settings.dataDir);
  try {
    for (const perSecond of [Number(values.rate), undefined]) {
      const runs: { p50: number; p99: number; lost: number; gaps: number; rate: number; floor99: number }[] = [];
      for (let repeat = 0; repeat < repeats; repeat++) runs.push(await pushOnce(bench, worker.port, perSecond));
      const p99 = median(runs.map((run) => run.p99));
      const floor = median(runs.map((run) => run.floor99));
      figure({
        figure: "events: commit → pusher-js",
        offered: perSecond ?? "as fast as they commit",
        writers,
        events: each * writers,
        repeats,
        perSecond: round(median(runs.map(({ rate }) => rate)), 0),
        lost: runs.reduce((sum, { lost }) => sum + lost, 0),
        gaps: runs.reduce((sum, { gaps }) => sum + gaps, 0),
        lostGoal: 0,
        p50_ms: round(median(runs.map((run) => run.p50))),
        p99_ms: round(p99),
        ...(perSecond && { insertCommitNotify_p99_ms: round(floor), ratio: round(p99 / floor), goal: 5 }),
      });
    }
  } finally {
    await worker.stop();
  }
}

async function pushOnce({ runtime, client }: Bench, port: number, perSecond: number | undefined) {
  const org = await addOrg(runtime, 1);
  const listener = await startListener(runtime.settings.dataDir, port, `private-team.${org.teamId}.0`);
  try {
    await write(runtime, { orgs: [org], writers: 1, each: 5, perSecond: 50 });
    const pace = perSecond === undefined ? {} : { perSecond };
    const { committed, seconds } = await write(runtime, { orgs: [org], writers, each, ...pace });
    await until("all events to be heard", async () => {
      await listener.look();
      return [...committed.keys()].every((id) => listener.all.has(id));
    }).catch(() => {}); // What never came is what is counted.
    const times = [...committed].flatMap(([id, at]) => {
      const heardAt = listener.all.get(id);
      return heardAt === undefined ? [] : [heardAt - at];
    });
    return {
      p50: quantile(times, 0.5),
      p99: quantile(times, 0.99),
      lost: committed.size - times.length,
      gaps: listener.seen.gaps,
      rate: committed.size / seconds,
      floor99:
        perSecond === undefined ? Number.NaN : quantile(await notifyFloor(client, each * writers, perSecond), 0.99),
    };
  } finally {
    await listener.stop();
  }
}
