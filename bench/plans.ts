import { sql } from "drizzle-orm";
import { approvePlan } from "#server/plans/approving.ts";
import { importPlan } from "#server/plans/exchange.ts";
import { lowerBound, makespan, pathsOf } from "#server/forecasts/simulation.ts";
import { figure, round } from "./figure.ts";
import { addOrg, as, openBench } from "./installation.ts";

// Plans: how long the approval of one with a thousand tasks takes, against one with ten; and how much sooner random
// graphs are done by the longest chain first than first come, first served, and how near to what no schedule can beat.

const bench = await openBench(2);
try {
  const { orgId, teamId } = await addOrg(bench.runtime, 1);
  for (const count of [10, 1_000]) {
    const tasks = Array.from({ length: count }, (_, place) => ({
      title: `Task ${place}`,
      dependsOn: place < 3 ? [] : [place - 3, place - 2],
    }));
    const input = { teamId, format: "json" as const, content: JSON.stringify({ tasks }), repoId: null };
    const planId = await as(bench.runtime, orgId, (context) => importPlan(context, input));
    await bench.runtime.db.execute(sql`analyze`);
    const began = performance.now();
    await as(bench.runtime, orgId, (context) => approvePlan(context, { planId, version: 1 }));
    figure({ figure: "plan approved", tasks: count, milliseconds: round(performance.now() - began, 0) });
  }
} finally {
  await bench.close();
}

const count = 40;
const graphs = 600;
const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

/** Tasks in any order, each waiting for up to two of those before it. */
function graphOfPlan(): number[][] {
  const place = Array.from({ length: count }, (_, at) => ({ at, key: Math.random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ at }) => at);
  const dependsOn: number[][] = place.map(() => []);
  for (const [rank, own] of place.entries()) {
    const before = Array.from({ length: rank === 0 ? 0 : Math.floor(Math.random() * 3) }, () =>
      Math.floor(Math.random() * rank),
    );
    dependsOn[own] = [...new Set(before.map((one) => place[one] ?? 0))];
  }
  return dependsOn;
}

for (const agents of [3, 4]) {
  let [ours, fifo, bound, worse] = [0, 0, 0, 0];
  for (let graph = 0; graph < graphs; graph++) {
    const dependsOn = graphOfPlan();
    const estimates = dependsOn.map(() => 5 + Math.random() * 55);
    // Nobody's estimates are right: priorities go by what was thought, time by what it took.
    const lengths = estimates.map((minutes) => minutes * Math.exp(0.4 * normal()));
    const paths = pathsOf(estimates, dependsOn);
    const steps = dependsOn.map((before, place) => ({ dependsOn: before, path: paths[place] ?? 0 }));
    const own = makespan(lengths, steps, agents);
    // In the order in which they become ready: no one goes before another.
    const first = makespan(lengths, steps, agents, () => 0);
    ours += own;
    fifo += first;
    bound += lowerBound(lengths, dependsOn, agents);
    if (own > first) worse++;
  }
  figure({
    figure: "makespan of random graphs, longest chain first",
    agents,
    soonerThanFifo_percent: round((1 - ours / fifo) * 100, 1),
    aboveLowerBound_percent: round((ours / bound - 1) * 100, 1),
    worse_percent: round((worse / graphs) * 100, 1),
  });
}
