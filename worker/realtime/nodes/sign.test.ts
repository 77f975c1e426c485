import { sql as query } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { createReadinessCheck } from "#app/_server/health.ts";
import { connect } from "#db/client.ts";
import { checkDatabase } from "#server/audit/database-checks.ts";
import { type Context, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { isSomeNodeApart } from "#server/realtime/access.ts";
import { openTestRuntime } from "#server/test/fixtures.ts";
import { until } from "../test/harness.ts";
import { startSign } from "./sign.ts";

const { runtime, db, url } = await openTestRuntime();
const { sql, close } = connect(url);
afterAll(close);
const asSystem = <Result>(work: (context: Context) => Promise<Result>) =>
  inTransaction(runtime, systemActor("", "test"), { requestId: "test", system: true }, work);

test("a node that cannot hear the others says so at once: to the probes, to the doctor and to who ends access", async () => {
  await sql`insert into worker_beats (id, started_at, beat_at) values ('w', now(), now())`;
  const readiness = createReadinessCheck(sql);
  const doctor = async () => (await asSystem(({ tx }) => checkDatabase(tx, { expectWork: false }))).find(isOfNodes);
  const isApart = () => asSystem(isSomeNodeApart);
  let trouble: string | undefined;
  const end = await startSign({ sql, id: "node-1", trouble: () => trouble, onError: () => {} });
  expect(await readiness()).toMatchObject({ ok: true, realtime: "ok" });
  expect(await doctor()).toMatchObject({ looked: 1, faultCount: 0 });
  expect(await isApart()).toBe(false);

  trouble = "Redis does not answer: pages on other workers are not heard";
  await until("everybody to know", isApart);
  await until("the probes to say so", async () => (await readiness()).realtime === trouble);
  expect(await readiness()).toMatchObject({ ok: true });
  expect(await doctor()).toMatchObject({ faultCount: 1, faults: [expect.stringContaining(trouble)] });

  trouble = undefined;
  await until("all to be well", async () => !(await isApart()));
  await end();
  expect(await db.execute(query`select * from realtime_nodes`)).toEqual([]);
});

const isOfNodes = ({ check }: { check: string }) => check === "realtime nodes";
