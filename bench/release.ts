import { parseArgs } from "node:util";
import { claimFor, type Grant } from "#server/leases/service.ts";
import { finishTasks } from "#worker/dispatch/finish.ts";
import { figure, median, now, quantile, round } from "./figure.ts";
import { addOrg, as, type Bench, openBench } from "./installation.ts";
import { chainOfPgBoss } from "./peers/pg-boss.ts";
import { openWatched } from "./reading/buffers.ts";
import { addNodes, chain, layers, type Node } from "./turns/dag.ts";
import { startNoopTurns } from "./turns/noop.ts";

// Dependents start when the last thing they wait for is done (performance goals, row 3): the time of a hop in a chain, the
// rate over layered graphs of two sizes, and what one completion and the search for ready tasks read.

const { values } = parseArgs({
  options: {
    hops: { type: "string", default: "300" },
    nodes: { type: "string", default: "10000,100000" },
    sizes: { type: "string", default: "1000,100000" },
    slots: { type: "string", default: "500" },
    repeats: { type: "string", default: "3" },
    "peer-hops": { type: "string", default: "5" },
  },
});
const [repeats, slots, hops] = [Number(values.repeats), Number(values.slots), Number(values.hops)];
const numbersOf = (list: string) => list.split(",").map(Number);

/** What `pick_tasks` asks for a team: its best ready task that is nobody's. */
const readyQuery = `select k.id, k.queue_rank, k.number from tasks k where k.org_id = $1::uuid and k.team_id = $2::uuid
  and k.assignee_id is null and k.status = 'todo' and k.open_dependencies = 0 and k.archived_at is null
  order by k.assignee_id, k.queue_rank, k.number limit 1`;

const bench = await openBench(20);
try {
  await benchHops(bench);
  await benchLayers(bench, numbersOf(values.nodes));
  await benchBuffers(bench, numbersOf(values.sizes));
} finally {
  await bench.close();
}

async function benchHops(on: Bench) {
  const runs: number[][] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const { started } = await drain(on, chain(hops), 24);
    runs.push(started.slice(1).map((at, index) => at - (started[index] ?? at)));
  }
  const theirs = Number(values["peer-hops"]) > 0 ? await chainOfPgBoss(on.url, Number(values["peer-hops"])) : [];
  const of = (q: number) => round(median(runs.map((run) => quantile(run, q))));
  figure({
    figure: "release: a hop of a chain, start to start",
    hops,
    repeats,
    p50_ms: of(0.5),
    p99_ms: of(0.99),
    goal_ms: 1,
    ...(theirs.length > 0 && {
      pgBossFlow_p50_ms: round(median(theirs)),
      ratio: round(median(theirs) / of(0.5), 0),
      ratioGoal: 500,
    }),
  });
}

async function benchLayers(on: Bench, sizes: readonly number[]) {
  const rates = new Map<number, number[]>(sizes.map((size) => [size, []]));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const size of sizes) {
      const { seconds } = await drain(on, layers(size), slots);
      rates.get(size)?.push(size / seconds);
    }
  }
  const [small = 0, ...larger] = sizes;
  const rateOf = (size: number) => median(rates.get(size) ?? []);
  figure({ figure: "release: layered graph", nodes: small, slots, repeats, perSecond: round(rateOf(small), 0) });
  for (const size of larger) {
    const ratio = round(rateOf(size) / rateOf(small));
    figure({
      figure: "release: layered graph",
      nodes: size,
      slots,
      repeats,
      perSecond: round(rateOf(size), 0),
      ratio,
      goal: 0.8,
    });
  }
}

/** Lets the dispatcher work off a graph. @returns when each turn started, in that order. */
async function drain({ runtime, client }: Bench, nodes: readonly Node[], limit: number) {
  const { orgId, teamId } = await addOrg(runtime, limit);
  for (let from = 0; from < nodes.length; from += 2_000) {
    await as(runtime, orgId, (context) => addNodes(context, teamId, nodes.slice(from, from + 2_000), from + 1));
  }
  await client`vacuum analyze tasks, task_dependencies, leases, lease_clocks`;
  const started: number[] = [];
  const begun = performance.now();
  await new Promise<void>((resolve, reject) => {
    const turns = startNoopTurns(runtime, {
      limit,
      onStart: () => {
        if (started.push(now()) === nodes.length) setImmediate(() => void turns.stop().then(resolve));
      },
      onError: reject,
    });
    runtime.wake.announce("task_status_changed", orgId);
  });
  const seconds = (performance.now() - begun) / 1_000;
  await client`update agents set status = 'archived' where org_id = ${orgId}`;
  return { started, seconds };
}

async function benchBuffers({ url, runtime, client }: Bench, sizes: readonly number[]) {
  const found: { size: number; completion: number; ready: number; claim: number }[] = [];
  for (const size of sizes) {
    const { orgId, teamId, agentId } = await addOrg(runtime, 100);
    const nodes = layers(size, Math.min(500, size / 4));
    for (let from = 0; from < size; from += 2_000) {
      await as(runtime, orgId, (context) => addNodes(context, teamId, nodes.slice(from, from + 2_000), from + 1));
    }
    await client`vacuum analyze`;
    const watched = await openWatched(url, runtime);
    const claimOne = () =>
      as(watched.runtime, orgId, (context) => claimFor(context, [{ orgId, teamId, agentId, max: 1 }]));
    const finish = (grant: Grant) => as(watched.runtime, orgId, (context) => finishTasks(context, [grant]));
    // The first ones fill the session's caches of the catalog and of plans.
    const warm = await as(runtime, orgId, (context) => claimFor(context, [{ orgId, teamId, agentId, max: 40 }]));
    for (const grant of warm.slice(0, 20)) await finish(grant);
    const completion: number[] = [];
    for (const grant of warm.slice(20)) completion.push(await watched.touchedBy(() => finish(grant)));
    const claim: number[] = [];
    for (let time = 0; time < 10; time++) claim.push(await watched.touchedBy(claimOne));
    const ready = await watched.explain({ query: readyQuery, params: [orgId, teamId] }, orgId);
    found.push({ size, completion: median(completion), claim: median(claim), ready: ready.buffers });
    await watched.close();
    await client`update agents set status = 'archived' where org_id = ${orgId}`;
  }
  const [small] = found;
  for (const { size, ...each } of found) {
    figure({
      figure: "release: buffers",
      tasks: size,
      ofOneCompletion: each.completion,
      ratio: round(each.completion / (small?.completion ?? 1)),
      goal: 1.5,
      ofOneClaim: each.claim,
      ofTheReadyQuery: each.ready,
      readyGoal: 5,
    });
  }
}
