import { parseArgs } from "node:util";
import { makeWorkerUtils } from "graphile-worker";
import { createTaskInput } from "#server/tasks/schema.ts";
import { createTask } from "#server/tasks/service.ts";
import { figure, median, now, quantile, round } from "./figure.ts";
import { addOrg, as, type Bench, openBench } from "./installation.ts";
import { openLoop, until } from "./load/open-loop.ts";
import { quiet } from "./peers/graphile.ts";
import { startTaker } from "./turns/messages.ts";

// Ready → turn started, at a steady rate, against graphile-worker on the same server in the same run (performance goals,
// row 2). Who adds the work and who starts it are processes of their own. `ready` counts from the answer to the commit,
// `asked` from before the call that adds it; a start that was faster than that answer is a negative time.

const { values } = parseArgs({
  options: {
    tasks: { type: "string", default: "1000" },
    rate: { type: "string", default: "100" },
    repeats: { type: "string", default: "5" },
  },
});
const [tasks, rate, repeats] = [Number(values.tasks), Number(values.rate), Number(values.repeats)];
const warmUp = 50;

interface Times {
  readyMs: number[];
  askedMs: number[];
}

const bench = await openBench(10);
try {
  const runs: Record<"ours" | "default" | "tuned", Times[]> = { ours: [], default: [], tuned: [] };
  for (let repeat = 0; repeat < repeats; repeat++) {
    runs.ours.push(await startOurs(bench));
    runs.default.push(await startGraphile(bench, "default"));
    runs.tuned.push(await startGraphile(bench, "tuned"));
  }
  for (const from of ["readyMs", "askedMs"] as const) {
    for (const [name, q] of [
      ["p50", 0.5],
      ["p99", 0.99],
    ] as const) {
      const of = (all: readonly Times[]) => median(all.map((times) => quantile(times[from], q)));
      const [ours, plain, tuned] = [of(runs.ours), of(runs.default), of(runs.tuned)];
      figure({
        figure: `${from === "readyMs" ? "ready" : "asked"} → started, ${name}`,
        perSecond: rate,
        tasks,
        repeats,
        ms: round(ours),
        graphile_default_ms: round(plain),
        graphile_tuned_ms: round(tuned),
        ratioToDefault: round(ours / plain),
        ratioToTuned: round(ours / tuned),
        goal: 0.8,
      });
    }
  }
} finally {
  await bench.close();
}

async function startOurs({ runtime, client, url }: Bench): Promise<Times> {
  const { orgId, teamId } = await addOrg(runtime, 24);
  const taker = await startTaker("turns/worker.ts", [url, "24"]);
  try {
    return await measure(taker, (index) =>
      as(runtime, orgId, (context) => createTask(context, createTaskInput.parse({ teamId, title: `Task ${index}` }))),
    );
  } finally {
    await taker.stop();
    await client`update agents set status = 'archived' where org_id = ${orgId}`;
  }
}

async function startGraphile({ url }: Bench, mode: "default" | "tuned"): Promise<Times> {
  const utils = await makeWorkerUtils({ connectionString: url, logger: quiet });
  await utils.migrate();
  const taker = await startTaker("peers/graphile-starts.ts", [url, mode]);
  try {
    return await measure(taker, async (index) => {
      await utils.addJob("noop", index);
      return String(index);
    });
  } finally {
    await taker.stop();
    await utils.release();
  }
}

/** Adds work by the clock and compares with when it started; the first ones only warm up. */
async function measure(
  taker: Awaited<ReturnType<typeof startTaker>>,
  add: (index: number) => Promise<string>,
): Promise<Times> {
  const added: { name: string; askedAt: number; readyAt: number; isWarm: boolean }[] = [];
  await openLoop(tasks + warmUp, rate, async (index) => {
    const askedAt = now();
    const name = await add(index);
    added.push({ name, askedAt, readyAt: now(), isWarm: index >= warmUp });
  });
  await until("all turns to start", async () => {
    await taker.look();
    return added.every(({ name }) => taker.started.has(name));
  });
  const counted = added.filter(({ isWarm }) => isWarm);
  const startOf = (name: string) => taker.started.get(name) ?? Number.NaN;
  return {
    readyMs: counted.map(({ name, readyAt }) => startOf(name) - readyAt),
    askedMs: counted.map(({ name, askedAt }) => startOf(name) - askedAt),
  };
}
