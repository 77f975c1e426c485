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

for (const agents of [3, 4]) {
  let [ours, fifo, bound] = [0, 0, 0];
  for (let graph = 0; graph < 300; graph++) {
    const lengths = Array.from({ length: 60 }, () => 5 + Math.random() * 55);
    // Mostly narrow chains with joins between them: what plans look like.
    const dependsOn = lengths.map((_, place) => [
      ...new Set(
        Array.from({ length: place === 0 ? 0 : Math.floor(Math.random() * 2.5) }, () =>
          Math.max(0, place - 1 - Math.floor(Math.random() * 12)),
        ),
      ),
    ]);
    const paths = pathsOf(lengths, dependsOn);
    const steps = dependsOn.map((before, place) => ({ dependsOn: before, path: paths[place] ?? 0 }));
    ours += makespan(lengths, steps, agents);
    fifo += makespan(lengths, steps, agents, (a, b) => a - b);
    bound += lowerBound(lengths, dependsOn, agents);
  }
  figure({
    figure: "makespan of random graphs, longest chain first",
    agents,
    soonerThanFifo_percent: round((1 - ours / fifo) * 100, 1),
    aboveLowerBound_percent: round((ours / bound - 1) * 100, 1),
  });
}
