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
import { checkDatabase } from "../audit/database-checks.ts";
import { isSound } from "../audit/finding.ts";
import { checkFold } from "../audit/fold-check.ts";
import { type Runtime, systemActor } from "../context.ts";
import { startWake } from "../events/wake.ts";
import { inTransaction } from "../execute.ts";
import { startSession } from "../sessions/operations.ts";
import { createTestAgent, createTestOrg } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { expireReservations } from "./freeing.ts";
import { setBudget } from "./operations.ts";
import type { SpenderAnswer } from "./test/spender.ts";

const spenders = process.env.ENTOURAGE_TEST_FULL === "1" ? 50 : 8;
const cap = 1_000_000;

const folder = mkdtempSync(join(tmpdir(), "entourage-money-test-"));
const server = await startEmbeddedPostgres(join(folder, "postgres"));
const children: ChildProcess[] = [];
const closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  for (const close of closing) await close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function startSpender(): Promise<ChildProcess> {
  const child = fork(new URL("./test/spender.ts", import.meta.url), {
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  children.push(child);
  await once(child, "message");
  return child;
}

test("many processes spend against $1.00 while the database is killed: never a micro-dollar too much, and every sum is equal", {
  timeout: 240_000,
}, async () => {
  await migrate(server.url);
  const { db, sql: client, close } = connect(server.url, { poolSize: 4, name: "entourage-money-test" });
  const wake = await startWake({ url: server.url, sql: client, onError: () => undefined });
  closing.push(() => wake.close(), close);
  const runtime: Runtime = {
    ...{ db, wake },
    settings: {
      ...{
        dataDir: folder,
        publicUrl: "http://localhost:3000",
        githubUrl: "https://github.com",
        repoRoots: [],
        trustedHosts: ["127.0.0.1", "localhost"],
        sandbox: "auto",
      },
      ...{
        leaseSeconds: { driven: 15, external: 1800 },
        gateOutputLimitBytes: 1_000,
        rateSignIn: 1_000,
        channelRate: 5,
      },
    },
  };
  const { run } = workIn(runtime);
  const org = await createTestOrg(runtime);
  const { budget } = await run(setBudget, org.owner, { teamId: org.teamId, period: "life", capMicros: cap });
  const processes: ChildProcess[] = [];
  // Four at a time: fifty at once would only fight for the processor.
  for (let n = 0; n < spenders; n += 4)
    processes.push(...(await Promise.all(Array.from({ length: Math.min(4, spenders - n) }, startSpender))));

  let killed = 0;
  server.watch(
    () => undefined,
    () => undefined,
  );
  const samples: number[] = [];
  const sampling = new AbortController();
  const sampled = (async () => {
    while (!sampling.signal.aborted) {
      const [counter] = await db
        .execute<{ used: number; settled: number }>(sql`select settled_micros::int as settled,
          (settled_micros + reserved_micros)::int as used from budget_counters where budget_id = ${budget.id}`)
        .catch(() => []);
      if (counter) samples.push(counter.used);
      if (counter && counter.settled > cap / 3 && killed === 0) {
        killed = server.pid();
        process.kill(killed, "SIGKILL");
      }
      await delay(10);
    }
  })();

  const answers = await Promise.all(
    processes.map(async (child): Promise<SpenderAnswer> => {
      const actor = await createTestAgent(runtime, org);
      const { session } = await run(startSession, actor, { model: "gemini-2.5-flash-lite" });
      child.send({
        url: server.url,
        actor: { ...actor, permissions: [...actor.permissions] },
        sessionId: session.id,
        mostMicros: 8_000,
      });
      const [answer]: SpenderAnswer[] = await once(child, "message");
      if (!answer) throw new Error("a spender did not answer");
      return answer;
    }),
  );
  sampling.abort();
  await sampled;

  expect(killed).toBeGreaterThan(0);
  expect(answers.reduce((sum, { failures }) => sum + failures, 0)).toBeGreaterThan(0);
  expect(samples.length).toBeGreaterThan(20);
  expect(Math.max(...samples)).toBeLessThanOrEqual(cap);

  // What a lost answer left set aside ends by itself within a minute; here its minute is over at once.
  const [late] = await db.execute<{ seconds: number }>(
    sql`select coalesce(max(extract(epoch from expires_at - clock_timestamp())), 0)::float8 as seconds from reservations where status = 'open'`,
  );
  expect(late?.seconds).toBeLessThanOrEqual(60);
  await db.execute(sql`update reservations set expires_at = clock_timestamp() where status = 'open'`);
  await inTransaction(runtime, systemActor("", "money"), { requestId: "test", system: true }, expireReservations);

  const told = answers.reduce((sum, { costMicros }) => sum + costMicros, 0);
  const [sums] = await db.execute<Record<string, number>>(sql`select
    (select settled_micros::int from budget_counters where budget_id = ${budget.id}) as counted,
    (select reserved_micros::int from budget_counters where budget_id = ${budget.id}) as held,
    (select sum(settled_delta)::int from ledger where budget_id = ${budget.id}) as ledger,
    (select sum(cost_micros)::int from usage_records) as used,
    (select sum(uncovered_micros)::int from usage_records) as uncovered,
    (select sum(cost_micros)::int from sessions) as sessions,
    (select max(settled_after + reserved_after)::int from ledger where budget_id = ${budget.id}) as highest,
    (select count(*)::int from events where type = 'budget.warned' and subject_id = ${budget.id}) as warnings,
    (select count(*)::int from human_requests where kind = 'budget') as asked`);
  expect(sums).toMatchObject({ held: 0, used: told, sessions: told, warnings: 1, asked: 1 });
  expect(sums?.counted).toBe(told - Number(sums?.uncovered));
  expect(sums?.ledger).toBe(sums?.counted);
  expect(sums?.highest).toBeLessThanOrEqual(cap);
  expect(sums?.counted).toBeGreaterThan(cap * 0.95);
  const findings = await db.transaction((tx) => checkDatabase(tx, { expectWork: false }));
  expect(findings.filter((finding) => !isSound(finding))).toEqual([]);
  expect((await checkFold(server.url)).faults).toEqual([]);
});
