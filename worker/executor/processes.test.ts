import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { connect } from "#db/client.ts";
import { startEmbeddedPostgres } from "#db/embedded.ts";
import { isAlive } from "#db/embedded-process.ts";
import { migrate } from "#db/migrate.ts";
import { expireReservations } from "#server/budgets/freeing.ts";
import { bookAbandonedCalls } from "#server/sessions/abandoned-calls.ts";
import { type Runtime, systemActor } from "#server/context.ts";
import { saveCredentialOperation } from "#server/credentials/operations.ts";
import { startWake } from "#server/events/wake.ts";
import { inTransaction } from "#server/execute.ts";
import { openSecrets } from "#server/keyring.ts";
import { checkMcpServer, listAttached } from "#server/mcp-servers/checking.ts";
import { acceptMcpTools, addMcpServer, listMcpServers } from "#server/mcp-servers/operations.ts";
import { answerMessage, type Served } from "#server/mcp-servers/test/protocol.ts";
import { approvePlanOperation, importPlanOperation } from "#server/plans/operations.ts";
import { openModelLab } from "#server/llm/test/model-lab.ts";
import { as, createTestAgent, createTestOrg } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";

const cost = (input: number, output: number, cacheRead: number) => ({
  usage: { input, output, cacheRead },
  delayMs: 30,
});

const isFull = process.env.ENTOURAGE_TEST_FULL === "1";
// Plans of ten tasks: two that begin, and a chain behind each pair.
const { plans, workers, kills } = isFull ? { plans: 20, workers: 4, kills: 25 } : { plans: 2, workers: 2, kills: 3 };
const executors = isFull ? 50 : 10;
const tasks = plans * 10;

const folder = mkdtempSync(join(tmpdir(), "entourage-executor-test-"));
const server = await startEmbeddedPostgres(join(folder, "postgres"));
const lab = await openModelLab();
const children = new Set<ChildProcess>();
const closing: (() => Promise<unknown>)[] = [];
let isOver = false;

/** What the tools of a task did outside, task by task: it outlives every kill. */
const effects: string[] = [];
const served: Served = {
  tools: [{ name: "step", description: "Takes a step.", inputSchema: { type: "object" } }],
  call: (_name, input) => {
    effects.push(JSON.stringify(input));
    return { content: [{ type: "text", text: "taken" }] };
  },
};
const outside = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => {
    body += chunk;
  });
  request.on("end", () => {
    const answer = request.method === "POST" ? answerMessage(served, JSON.parse(body)) : undefined;
    response.writeHead(answer === undefined ? 202 : 200, { "content-type": "application/json" });
    response.end(answer === undefined ? "" : JSON.stringify(answer));
  });
});
await new Promise<void>((resolve) => outside.listen(0, "127.0.0.1", resolve));
afterAll(async () => {
  isOver = true;
  for (const child of children) child.kill("SIGKILL");
  for (const close of closing) await close();
  await server.stop();
  outside.closeAllConnections();
  outside.close();
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
  const { run } = workIn(runtime);
  const org = await createTestOrg(runtime, { maxConcurrent: 64 });
  const key = { api: "anthropic", provider: "anthropic", baseUrl: lab.urls.anthropic, key: "k" };
  await run(saveCredentialOperation, org.owner, key);
  lab.answerWith(({ toolResults, texts }) => {
    const task = /Part \d+ of plan \d+/.exec(texts[0] ?? "")?.[0];
    return toolResults < 2
      ? { toolCalls: [{ name: "mcp__outside__step", input: { task, step: toolResults } }], ...cost(100, 10, 50) }
      : { text: "Done.", ...cost(200, 20, 0) };
  });
  for (let n = 0; n < executors; n++) await createTestAgent(runtime, org, { runtime: "model" });
  const url = `http://127.0.0.1:${(outside.address() as AddressInfo).port}/mcp`;
  await run(addMcpServer, org.owner, { name: "outside", transport: "http", url });
  const { keyring } = openSecrets(folder);
  for (const one of await as(runtime, org.owner, (context) => listAttached(context, { orgId: org.orgId })))
    await checkMcpServer(runtime, keyring, one, new AbortController().signal);
  for (const { id: serverId, tools } of (await run(listMcpServers, org.owner, {})).servers)
    await run(acceptMcpTools, org.owner, {
      serverId,
      tools: Object.fromEntries(tools.map(({ name, hash }) => [name, hash])),
    });
  for (let n = 0; n < plans; n++) {
    const parts = Array.from({ length: 10 }, (_, part) => ({
      ...{ title: `Part ${part} of plan ${n}`, dependsOn: part < 2 ? [] : [part - 2] },
    }));
    const { plan } = await run(importPlanOperation, org.owner, {
      ...{ teamId: org.teamId, content: JSON.stringify({ tasks: parts }) },
    });
    await run(approvePlanOperation, org.owner, { planId: plan.id, version: plan.latestVersion });
  }

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
          sql`select count(*)::int as n from plans where org_id = ${org.orgId} and status <> 'completed'`,
        )
        .catch(() => [{ n: -1 }])
    )[0]?.n;
  let killed = 0;
  const until = Date.now() + (isFull ? 850_000 : 100_000);
  for (let rest = await left(); rest !== 0 && Date.now() < until; rest = await left()) {
    await delay(isFull ? 1_500 : 1_000);
    // On a busy machine the database may not be back yet from the last time.
    if (killed >= kills || !isAlive(server.pid())) continue;
    killed++;
    if (killed % 3 === 0) process.kill(server.pid(), "SIGKILL");
    else [...children][killed % children.size]?.kill("SIGKILL");
  }
  // What is left says how far it came.
  expect(
    await db.execute(sql`select k.number, k.status, k.open_dependencies,
      (select json_agg(json_build_object('attempt', t.attempt, 'status', t.status, 'reason', t.reason) order by t.started_at)
        from turns t where t.task_id = k.id) as turns,
      (select json_agg(json_build_object('ended', l.ended_at, 'why', l.end_reason) order by l.started_at)
        from leases l where l.task_id = k.id) as leases
      from tasks k where k.status not in ('done', 'cancelled') and k.archived_at is null`),
  ).toEqual([]);
  expect(await left()).toBe(0);
  isOver = true;
  for (const child of children) child.kill("SIGKILL");
  expect(killed).toBeGreaterThan(0);

  await db.execute(sql`update reservations set expires_at = clock_timestamp() where status = 'open'`);
  await inTransaction(runtime, systemActor("", "money"), { requestId: "test", system: true }, expireReservations);
  await bookAbandonedCalls(runtime);
  const [facts] = await db.execute<Record<string, number>>(sql`select
    (select count(*)::int from turns where attempt > 1) as doubled,
    (select count(*)::int from turns where status <> 'finished') as unfinished,
    (select count(*)::int from (select 1 from tool_calls group by org_id, task_id, attempt, call_id having count(*) > 1) x) as repeated,
    (select count(*)::int from tasks where status = 'done') as done,
    -- In the order of the log, where each task's leases begin and end in turns.
    (select count(*)::int from (select type, lag(type) over (partition by subject_id order by seq) as before from events
       where type = 'task.claimed' or (type = 'task.status_changed' and data ? 'lease')) x where x.type = x.before) as overlapping,
    (select count(*)::int from reservations where status = 'open') as open,
    (select sum(cost_micros)::int from usage_records) as used,
    (select sum(settled_micros)::int from budget_counters) as counted,
    (select sum(reserved_micros)::int from budget_counters) as held,
    (select sum(settled_delta)::int from ledger) as ledger`);
  expect(facts).toMatchObject({
    doubled: 0,
    unfinished: 0,
    repeated: 0,
    overlapping: 0,
    held: 0,
    open: 0,
    done: tasks,
  });
  // A step whose process died in the middle may be missing; none was taken twice.
  expect(new Set(effects).size).toBe(effects.length);
  expect(effects.length).toBeGreaterThanOrEqual(2 * tasks - 32 * workers * kills);
  expect([facts?.counted, facts?.ledger]).toEqual([facts?.used, facts?.used]);
});
