import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { connect } from "#db/client.ts";
import { startEmbeddedPostgres } from "#db/embedded.ts";
import { migrate } from "#db/migrate.ts";
import { expireReservations } from "#server/budgets/freeing.ts";
import { type Runtime, systemActor } from "#server/context.ts";
import { saveCredentialOperation } from "#server/credentials/operations.ts";
import { startWake } from "#server/events/wake.ts";
import { inTransaction } from "#server/execute.ts";
import { openModelLab } from "#server/llm/test/model-lab.ts";
import { createTestAgent, createTestOrg } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";

const isFull = process.env.ENTOURAGE_TEST_FULL === "1";
const { tasks, workers, kills } = isFull ? { tasks: 200, workers: 4, kills: 25 } : { tasks: 24, workers: 2, kills: 2 };
const executors = isFull ? 50 : 10;

const folder = mkdtempSync(join(tmpdir(), "entourage-executor-test-"));
const server = await startEmbeddedPostgres(join(folder, "postgres"));
const lab = await openModelLab();
const children = new Set<ChildProcess>();
const closing: (() => Promise<unknown>)[] = [];
let isOver = false;
afterAll(async () => {
  isOver = true;
  for (const child of children) child.kill("SIGKILL");
  for (const close of closing) await close();
  await server.stop();
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
});

test(`${executors} executors while workers and the database are killed: every task once, the ledger exact, nothing stuck`, {
  timeout: isFull ? 900_000 : 120_000,
}, async () => {
  await migrate(server.url);
  const { db, sql: client, close } = connect(server.url, { poolSize: 4, name: "entourage-executor-test" });
  const wake = await startWake({ url: server.url, sql: client, onError: () => undefined });
  closing.push(() => wake.close(), close);
  const settings: Runtime["settings"] = {
    ...{ dataDir: folder, publicUrl: "http://localhost:3000", githubUrl: "https://github.com", repoRoots: [] },
    ...{ trustedHosts: ["127.0.0.1"], sandbox: "auto", leaseSeconds: { driven: 4, external: 1800 } },
    ...{ gateOutputLimitBytes: 1_000, rateSignIn: 1_000, channelRate: 5 },
  };
  const runtime: Runtime = { db, wake, settings };
  const { run, addTask } = workIn(runtime);
  const org = await createTestOrg(runtime, { maxConcurrent: 64 });
  const key = { api: "anthropic", provider: "anthropic", baseUrl: lab.urls.anthropic, key: "k" };
  await run(saveCredentialOperation, org.owner, key);
  lab.answerWith(({ toolResults }) =>
    toolResults < 2
      ? { toolCalls: [{ name: `step_${toolResults}`, input: {} }], usage: { input: 100, output: 10 }, delayMs: 30 }
      : { text: "Done.", usage: { input: 200, output: 20 }, delayMs: 30 },
  );
  for (let n = 0; n < executors; n++) await createTestAgent(runtime, org, { runtime: "model" });
  for (let n = 0; n < tasks; n++) await addTask(org, { title: `Task ${n}` });

  const startChild = async () => {
    const child = fork(new URL("./test/worker.ts", import.meta.url), [JSON.stringify({ url: server.url, settings })], {
      ...{ execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] },
    });
    children.add(child);
    child.on("exit", () => {
      children.delete(child);
      // As the launcher does: a worker that died is followed by another.
      if (!isOver) void startChild();
    });
    await once(child, "message");
  };
  for (let n = 0; n < workers; n++) await startChild();
  server.watch(
    () => undefined,
    () => undefined,
  );

  const left = async () =>
    (
      await db
        .execute<{ n: number }>(
          sql`select count(*)::int as n from tasks where org_id = ${org.orgId} and status not in ('in_review', 'done')`,
        )
        .catch(() => [{ n: -1 }])
    )[0]?.n;
  let killed = 0;
  const until = Date.now() + (isFull ? 850_000 : 100_000);
  for (let rest = await left(); rest !== 0 && Date.now() < until; rest = await left()) {
    await delay(isFull ? 1_500 : 1_000);
    if (killed >= kills) continue;
    killed++;
    if (killed % 3 === 0) process.kill(server.pid(), "SIGKILL");
    else [...children][killed % children.size]?.kill("SIGKILL");
  }
  expect(await left()).toBe(0);
  isOver = true;
  for (const child of children) child.kill("SIGKILL");
  expect(killed).toBeGreaterThan(0);

  await db.execute(sql`update reservations set expires_at = clock_timestamp() where status = 'open'`);
  await inTransaction(runtime, systemActor("", "money"), { requestId: "test", system: true }, expireReservations);
  const [facts] = await db.execute<Record<string, number>>(sql`select
    (select count(*)::int from turns where attempt > 1) as doubled,
    (select count(*)::int from turns where status <> 'finished') as unfinished,
    (select count(*)::int from (select 1 from tool_calls group by org_id, task_id, attempt, call_id having count(*) > 1) x) as repeated,
    (select count(*)::int from reviews) as reviews,
    (select count(*)::int from leases a join leases b on a.task_id = b.task_id and a.id < b.id and a.started_at < b.ended_at and b.started_at < a.ended_at) as overlapping,
    (select sum(cost_micros)::int from usage_records) as used,
    (select sum(settled_micros)::int from budget_counters) as counted,
    (select sum(reserved_micros)::int from budget_counters) as held,
    (select sum(settled_delta)::int from ledger) as ledger`);
  expect(facts).toMatchObject({ doubled: 0, unfinished: 0, repeated: 0, overlapping: 0, held: 0, reviews: tasks });
  expect([facts?.counted, facts?.ledger]).toEqual([facts?.used, facts?.used]);
});
