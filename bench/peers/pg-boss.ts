import { PgBoss } from "pg-boss";
import { now } from "../figure.ts";
import { until } from "../load/open-loop.ts";

/** Milliseconds from start to start along a chain of jobs, as pg-boss releases them: by a sweep, at its fastest setting. */
export async function chainOfPgBoss(connectionString: string, hops: number): Promise<number[]> {
  const boss = new PgBoss({ connectionString, schema: "pgboss_bench", flowIntervalSeconds: 1 });
  boss.on("error", () => {});
  await boss.start();
  try {
    await boss.createQueue("chain");
    const started: number[] = [];
    await boss.work("chain", { pollingIntervalSeconds: 0.5 }, async () => {
      started.push(now());
    });
    await boss.flow(
      Array.from({ length: hops + 1 }, (_, index) => ({
        ref: `job-${index}`,
        name: "chain",
        ...(index > 0 && { dependsOn: [`job-${index - 1}`] }),
      })),
    );
    await until("the chain of pg-boss", () => started.length > hops, 30 + hops * 3);
    return started.slice(1).map((at, index) => at - (started[index] ?? at));
  } finally {
    await boss.stop({ graceful: false });
  }
}
