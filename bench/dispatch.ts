import { parseArgs } from "node:util";
import { createTasks } from "#server/tasks/service.ts";
import { startTurns } from "#worker/dispatch/turns.ts";
import { figure, median, round } from "./figure.ts";
import { addOrg, as, type Bench, openBench, writtenBy } from "./installation.ts";
import { drainGraphile } from "./peers/graphile.ts";

// Dispatch throughput with state machine, lease, fence and three hash-chained events a task, over 16 organizations, by the
// product's own dispatcher, against graphile-worker on the same server in the same run (performance goals, row 1).

const { values } = parseArgs({
  options: {
    tasks: { type: "string", default: "20000" },
    repeats: { type: "string", default: "3" },
    slots: { type: "string", default: "24,500" },
    orgs: { type: "string", default: "16" },
  },
});
const [tasks, repeats, orgCount] = [Number(values.tasks), Number(values.repeats), Number(values.orgs)];

const bench = await openBench(20);
try {
  for (const slots of values.slots.split(",").map(Number)) {
    const peer = slots <= 24 ? "default" : "tuned";
    const ours: Drained[] = [];
    const theirs: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      ours.push(await drainOurs(bench, slots));
      theirs.push(await drainGraphile(bench.url, tasks, peer));
    }
    const rate = median(ours.map(({ perSecond }) => perSecond));
    figure({
      figure: "dispatch",
      slots,
      tasks,
      orgs: orgCount,
      perSecond: round(rate, 0),
      [`graphile_${peer}_perSecond`]: round(median(theirs), 0),
      ratio: round(rate / median(theirs)),
      goal: slots <= 24 ? 3 : 0.75,
      writeTransactionsPerTask: round(median(ours.map(({ transactions }) => transactions)), 3),
      walBytesPerTask: round(median(ours.map(({ wal }) => wal)), 0),
    });
  }
} finally {
  await bench.close();
}

interface Drained {
  perSecond: number;
  transactions: number;
  wal: number;
}

async function drainOurs({ runtime, client }: Bench, slots: number): Promise<Drained> {
  const orgs = await Promise.all(Array.from({ length: orgCount }, () => addOrg(runtime, slots)));
  for (const { orgId, teamId } of orgs) {
    for (let left = Math.round(tasks / orgCount); left > 0; left -= 1_000) {
      await as(runtime, orgId, (context) =>
        createTasks(
          context,
          Array.from({ length: Math.min(left, 1_000) }, (_, n) => newTask(teamId, n)),
        ),
      );
    }
  }
  await client`vacuum analyze`;
  const total = Math.round(tasks / orgCount) * orgCount;
  let seconds = 0;
  const written = await writtenBy(client, async () => {
    const begun = performance.now();
    await new Promise<void>((resolve, reject) => {
      let started = 0;
      const turns = startTurns(runtime, {
        limit: slots,
        drivers: {
          model: async () => {
            if (++started === total) setImmediate(() => void turns.stop().then(resolve));
            return "finished";
          },
        },
        onError: reject,
      });
      for (const { orgId } of orgs) runtime.wake.announce("task_status_changed", orgId);
    });
    seconds = (performance.now() - begun) / 1000;
  });
  for (const { orgId } of orgs) await client`update agents set status = 'archived' where org_id = ${orgId}`;
  return { perSecond: total / seconds, transactions: written.writeTransactions / total, wal: written.walBytes / total };
}

function newTask(teamId: string, n: number) {
  return {
    teamId,
    title: `Task ${n}`,
    description: "",
    type: "chore" as const,
    priority: "medium" as const,
    repoId: null,
    assignee: null,
    dependsOn: [],
    tags: [],
  };
}
