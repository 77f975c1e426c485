import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { checkDatabase } from "../audit/database-checks.ts";
import { isSound } from "../audit/finding.ts";
import { checkFold } from "../audit/fold-check.ts";
import { type Actor, systemActor } from "../context.ts";
import { openParking } from "../dispatch/parking.ts";
import { inTransaction } from "../execute.ts";
import { newId } from "../ids.ts";
import { respondToRequest } from "../human-requests/operations.ts";
import { endSession, recordUsageOperation, startSession } from "../sessions/operations.ts";
import {
  as,
  createTestAgent,
  createTestMember,
  createTestOrg,
  openTestRuntime,
  type TestOrg,
} from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { expireReservations, release } from "./freeing.ts";
import { reserve } from "./ledger.ts";
import { checkBudgetOperation, getCostSummary, listBudgetsOperation, removeBudget, setBudget } from "./operations.ts";

const { runtime, db, url } = await openTestRuntime();
const { run, addTask, claim } = workIn(runtime);

/** A dollar a million tokens of output of this model, so that a token is a micro-dollar. */
const model = "gemini-2.5-flash-lite";
const dollar = 1_000_000;

const eventsOf = async (org: TestOrg, type: string) =>
  db.execute<{ data: Record<string, unknown>; subject_id: string }>(
    sql`select data, subject_id from events where org_id = ${org.orgId} and type = ${type} order by seq`,
  );
const begin = async (agent: Actor, task?: string) => (await run(startSession, agent, { task, model })).session;
const capOf = async (actor: Actor, scope: Record<string, unknown>, capMicros: number, period = "life") =>
  (await run(setBudget, actor, { ...scope, period, capMicros })).budget;
const setAside = async (agent: Actor, sessionId: string, estimateMicros: number) =>
  (await run(checkBudgetOperation, agent, { sessionId, estimateMicros, reserve: true })).reservation;

/** 400,000 micro-dollars are a million tokens of this model's output. */
const tokensFor = (micros: number) => (micros * 10) / 4;
const spend = (agent: Actor, sessionId: string, micros: number, more: Record<string, unknown> = {}) =>
  run(recordUsageOperation, agent, { sessionId, inputTokens: 0, outputTokens: tokensFor(micros), ...more });

const asksOf = (org: TestOrg) =>
  db.execute<{ id: string; kind: string; options: unknown }>(
    sql`select id, kind, options from human_requests where org_id = ${org.orgId} order by id`,
  );
const reply = (actor: Actor, request: string | undefined, answer: unknown) =>
  run(respondToRequest, actor, { request, answer });

async function readCounter(budgetId: string) {
  const [counter] = await db.execute<{ settled: number; reserved: number }>(sql`
    select settled_micros::int as settled, reserved_micros::int as reserved from budget_counters where budget_id = ${budgetId}`);
  return counter;
}

test("a new team may spend $100 a day", async () => {
  const org = await createTestOrg(runtime);
  const { budgets } = await run(listBudgetsOperation, org.owner, { teamId: org.teamId });
  expect(budgets).toMatchObject([{ scope: "team", scopeId: org.teamId, period: "day", capMicros: 100 * dollar }]);
});

test("50 spenders at once never set aside more than the cap has", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const { id } = await begin(agent);
  const budget = await capOf(org.owner, { agentId: agent.id }, dollar);
  const tries = await Promise.allSettled(Array.from({ length: 50 }, () => setAside(agent, id, 30_000)));
  expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(33);
  for (const one of tries) if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "over_budget" });
  expect(await readCounter(budget.id)).toEqual({ settled: 0, reserved: 990_000 });
});

test("every cap above a call counts: the tightest refuses, and nothing is set aside in the others", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const task = await addTask(org);
  const { id } = await begin(agent, task.id);
  const [wide, tight] = [await capOf(org.owner, {}, 5 * dollar), await capOf(org.owner, { task: task.id }, 100_000)];
  await expect(setAside(agent, id, 200_000)).rejects.toMatchObject({
    code: "over_budget",
    message: expect.stringContaining("$0.10 is left of the budget of the task"),
    details: { leftMicros: 100_000, budgets: [{ budgetId: tight.id }] },
  });
  await expect(setAside(agent, id, 100_000)).resolves.toMatchObject({ micros: 100_000 });
  expect([await readCounter(wide.id), await readCounter(tight.id)]).toEqual([
    { settled: 0, reserved: 100_000 },
    { settled: 0, reserved: 100_000 },
  ]);
});

test("what a call really cost is booked and the rest of its reservation is free again", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const { id } = await begin(agent);
  const budget = await capOf(org.owner, { agentId: agent.id }, dollar);
  const reservation = await setAside(agent, id, 500_000);
  const { usage, overBudget } = await spend(agent, id, 120_000, { reservationId: reservation?.id });
  expect([usage.costMicros, usage.uncoveredMicros, overBudget]).toEqual([120_000, 0, false]);
  expect(await readCounter(budget.id)).toEqual({ settled: 120_000, reserved: 0 });
});

test("what exceeds every reservation and cap is recorded as uncovered, and no counter passes its cap", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const { id } = await begin(agent);
  const budget = await capOf(org.owner, { agentId: agent.id }, dollar);
  const reservation = await setAside(agent, id, 900_000);
  const { usage, overBudget } = await spend(agent, id, 1_500_000, { reservationId: reservation?.id });
  expect([usage.costMicros, usage.uncoveredMicros, overBudget]).toEqual([1_500_000, 500_000, true]);
  expect(await readCounter(budget.id)).toEqual({ settled: dollar, reserved: 0 });
  expect(await eventsOf(org, "budget.exhausted")).toHaveLength(1);
  const more = await spend(agent, id, 100_000);
  expect(more.usage.uncoveredMicros).toBe(100_000);
  expect(await readCounter(budget.id)).toEqual({ settled: dollar, reserved: 0 });
});

test("80 % is told exactly once for a budget and period, however many pass it at once", async () => {
  const org = await createTestOrg(runtime);
  const agents = await Promise.all(Array.from({ length: 10 }, () => createTestAgent(runtime, org)));
  const sessions = await Promise.all(agents.map((agent) => begin(agent)));
  const budget = await capOf(org.owner, { teamId: org.teamId }, dollar);
  const each = (micros: number) => Promise.all(agents.map((agent, n) => spend(agent, sessions[n]?.id ?? "", micros)));
  await each(70_000);
  expect(await eventsOf(org, "budget.warned")).toEqual([]);
  await each(20_000);
  await each(10_000);
  const warned = await eventsOf(org, "budget.warned");
  expect(warned).toMatchObject([{ subject_id: budget.id, data: { scope: "team", capMicros: dollar } }]);
  const at = Number(warned[0]?.data.spentMicros);
  expect(at).toBeGreaterThanOrEqual(800_000);
  expect(at).toBeLessThan(900_000);
  expect(await eventsOf(org, "budget.exhausted")).toHaveLength(1);
});

test("money set aside by somebody who died is free again within a minute", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const { id } = await begin(agent);
  const budget = await capOf(org.owner, { agentId: agent.id }, dollar);
  const reservation = await setAside(agent, id, dollar);
  const [row] = await db.execute<{
    seconds: number;
  }>(sql`select extract(epoch from expires_at - clock_timestamp())::float8 as seconds
    from reservations where id = ${reservation?.id}`);
  expect(row?.seconds).toBeLessThanOrEqual(60);
  const expire = () =>
    inTransaction(runtime, systemActor("", "money"), { requestId: "test", system: true }, expireReservations);
  await expire();
  await expect(setAside(agent, id, 1)).rejects.toMatchObject({
    code: "over_budget",
    details: { retryAfterSeconds: 2 },
  });
  await db.execute(sql`update reservations set expires_at = clock_timestamp() where id = ${reservation?.id}`);
  expect(await expire()).toBeGreaterThanOrEqual(1);
  expect(await readCounter(budget.id)).toEqual({ settled: 0, reserved: 0 });
  await expect(setAside(agent, id, dollar)).resolves.toMatchObject({ micros: dollar });
  // The one believed dead comes back: there is no room any more, and its cost is told as uncovered.
  const late = await spend(agent, id, 200_000, { reservationId: reservation?.id });
  expect(late.usage.uncoveredMicros).toBe(200_000);
});

test("the services of a driver: reserve, settle, release, and the end of a session frees what it held", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const { id } = await begin(agent);
  const budget = await capOf(org.owner, { agentId: agent.id }, dollar);
  const spender = { teamId: org.teamId, agentId: agent.id, userId: null, taskId: null, sessionId: id };
  const take = (upperBoundMicros: number) =>
    as(runtime, agent, async (context) => {
      const reserved = await reserve(context, spender, { upperBoundMicros, model });
      if (!reserved.ok) throw new Error(reserved.refusal.message);
      return reserved.reservationId;
    });
  const [kept, given] = [await take(300_000), await take(300_000)];
  expect(await as(runtime, agent, (context) => release(context, [given, given]))).toBe(1);
  expect(await as(runtime, agent, (context) => release(context, [given]))).toBe(0);
  expect(await readCounter(budget.id)).toEqual({ settled: 0, reserved: 300_000 });
  expect(await run(endSession, agent, { sessionId: id })).toMatchObject({ session: { status: "stopped" } });
  expect(await readCounter(budget.id)).toEqual({ settled: 0, reserved: 0 });
  expect(await as(runtime, agent, (context) => release(context, [kept]))).toBe(0);
});

test("a budget that is set later counts what was spent in its period before", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const { id } = await begin(agent);
  await spend(agent, id, 300_000);
  const reservation = await setAside(agent, id, 100_000);
  const budget = await capOf(org.owner, { agentId: agent.id }, dollar, "month");
  expect(budget).toMatchObject({ settledMicros: 300_000, reservedMicros: 100_000, leftMicros: 600_000 });
  await spend(agent, id, 50_000, { reservationId: reservation?.id });
  await run(removeBudget, org.owner, { budgetId: budget.id });
  await spend(agent, id, 20_000);
  const again = await capOf(org.owner, { agentId: agent.id }, dollar, "month");
  expect(again).toMatchObject({ id: budget.id, settledMicros: 370_000, reservedMicros: 0 });
});

test("yesterday's spending leaves today's cap alone, and a call over midnight counts where its money was set aside", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const { id } = await begin(agent);
  const budget = await capOf(org.owner, { agentId: agent.id }, dollar, "day");
  const spender = { teamId: org.teamId, agentId: agent.id, userId: null, taskId: null, sessionId: id };
  const yesterday = (date: Date) => new Date(date.getTime() - 86_400_000);
  const reservationId = await as(runtime, agent, async (context) => {
    const reserved = await reserve({ ...context, now: yesterday(context.now) }, spender, {
      upperBoundMicros: dollar,
      model,
    });
    return reserved.ok ? reserved.reservationId : "";
  });
  await expect(setAside(agent, id, dollar)).resolves.toMatchObject({ micros: dollar });
  const { usage } = await spend(agent, id, 900_000, { reservationId });
  expect(usage.uncoveredMicros).toBe(0);
  const rows = await db.execute<{
    day: string;
    settled: number;
    reserved: number;
  }>(sql`select period_start::text as day,
    settled_micros::int as settled, reserved_micros::int as reserved from budget_counters where budget_id = ${budget.id} order by 1`);
  expect(rows).toMatchObject([
    { settled: 900_000, reserved: 0 },
    { settled: 0, reserved: dollar },
  ]);
});

test("without money left no agent is given work on any path; when the cap is raised the waiting one is served", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const { id } = await begin(agent);
  const budget = await capOf(org.owner, { teamId: org.teamId }, 500_000, "day");
  const task = await addTask(org);
  await spend(agent, id, 600_000);
  await expect(claim(agent, task.id)).rejects.toMatchObject({ code: "over_budget" });
  expect(await claim(agent)).toBeNull();
  const parking = openParking({
    ...{ db, wake: runtime.wake, settings: runtime.settings },
    onError: (error) => {
      throw error;
    },
  });
  const park = () =>
    parking.park({ orgId: org.orgId, teamId: org.teamId, agentId: agent.id, reviews: false }, { timeoutSeconds: 15 });
  const parked = park();
  await vi.waitFor(() => expect(parking.waiting()).toBe(1), 15_000);
  const raised = await capOf(org.owner, { teamId: org.teamId }, 2 * dollar, "day");
  expect([raised.id, raised.state]).toEqual([budget.id, "open"]);
  // What was asked at the old cap is withdrawn: its asker hears of that first, as of any answer.
  expect(await parked).toMatchObject({ kind: "answer" });
  expect(await park()).toMatchObject({ kind: "task", taskId: task.id });
  parking.close();
});

test("an agent, and a task, whose own money is used up are passed over while others go on", async () => {
  const org = await createTestOrg(runtime);
  const [broke, rich] = [await createTestAgent(runtime, org), await createTestAgent(runtime, org)];
  const costly = await addTask(org, { priority: "critical" });
  const plain = await addTask(org);
  await capOf(org.owner, { agentId: broke.id }, 0);
  await capOf(org.owner, { task: costly.id }, 0);
  const touch = async (agent: Actor, task?: string) => spend(agent, (await begin(agent, task)).id, 10);
  await touch(broke);
  await touch(rich, costly.id);
  expect(await claim(broke)).toBeNull();
  expect((await claim(rich))?.task.id).toBe(plain.id);
  await expect(claim(await createTestAgent(runtime, org), costly.id)).rejects.toMatchObject({ code: "over_budget" });
});

test("a cap of nothing stops in a period in which nobody has spent yet, too", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  await addTask(org);
  const { id } = await capOf(org.owner, { teamId: org.teamId }, 0, "day");
  // As on the next morning: the counter of a day is made by its first spender.
  await db.execute(sql`delete from budget_counters where budget_id = ${id}`);
  expect(await claim(agent)).toBeNull();
});

test("at the cap people are asked once; an admin's raise counts at once, and the same agent goes on", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const { id } = await begin(agent);
  const budget = await capOf(org.owner, { agentId: agent.id }, dollar);
  await spend(agent, id, 900_000);
  for (let n = 0; n < 3; n++) await expect(setAside(agent, id, 200_000)).rejects.toMatchObject({ code: "over_budget" });
  const [request, ...others] = await asksOf(org);
  expect([request?.kind, others]).toEqual(["budget", []]);
  await expect(setAside(agent, id, 200_000)).rejects.toMatchObject({ details: { requestId: request?.id } });
  const member = await createTestMember(runtime, org, "member");
  const answer = { decision: "raise", capDollars: 3 };
  await expect(reply(member, request?.id, answer)).rejects.toMatchObject({ code: "forbidden" });
  await expect(reply(org.owner, request?.id, { decision: "raise", capDollars: 1 })).rejects.toMatchObject({
    code: "invalid",
  });
  await expect(reply(org.owner, request?.id, { decision: "raise", capDollars: 5e9 })).rejects.toMatchObject({
    code: "invalid",
    message: expect.stringContaining("at most"),
  });
  await reply(org.owner, request?.id, answer);
  const { budgets } = await run(listBudgetsOperation, org.owner, { teamId: org.teamId });
  expect(budgets.find((one) => one.id === budget.id)).toMatchObject({
    capMicros: 3 * dollar,
    state: "open",
    requestId: null,
  });
  await expect(setAside(agent, id, 200_000)).resolves.toMatchObject({ micros: 200_000 });
  await expect(setAside(agent, id, 2_500_000)).rejects.toMatchObject({ code: "over_budget" });
  expect(await asksOf(org)).toHaveLength(2);
});

test("a question at a cap is withdrawn when somebody sets the cap by hand, and the agent may call again", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const { id } = await begin(agent);
  const other = await createTestAgent(runtime, org);
  const { id: otherSession } = await begin(other);
  await capOf(org.owner, { agentId: other.id }, 100_000);
  await capOf(org.owner, { agentId: agent.id }, dollar);
  await spend(agent, id, 900_000);
  await expect(setAside(agent, id, 200_000)).rejects.toMatchObject({ code: "over_budget" });
  await expect(setAside(other, otherSession, 200_000)).rejects.toMatchObject({ code: "over_budget" });
  const [request, elsewhere] = await asksOf(org);
  await capOf(org.owner, { agentId: agent.id }, 2 * dollar);
  const withdrawn = await eventsOf(org, "request.withdrawn");
  expect(withdrawn).toMatchObject([
    { subject_id: request?.id, data: { reason: expect.stringContaining("set the cap to $2.00") } },
  ]);
  await expect(setAside(agent, id, 200_000)).resolves.toMatchObject({ micros: 200_000 });
  await expect(reply(org.owner, elsewhere?.id, { decision: "stop" })).resolves.toBeDefined();
});

test("stop ends the session and gives its task back; a cheaper model lets the team go on and is named in the answer", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const task = await addTask(org);
  await claim(agent, task.id);
  const session = await run(startSession, agent, { task: task.id, model: "claude-opus-4-5" });
  const { id } = session.session;
  await capOf(org.owner, { agentId: agent.id }, dollar);
  await spend(agent, id, 850_000, { model });
  await expect(setAside(agent, id, 500_000)).rejects.toMatchObject({
    details: { cheaperModels: expect.arrayContaining(["claude-haiku-4-5"]) },
  });
  const [request] = await asksOf(org);
  const options = request?.options as { value: { decision: string; models?: string[] } }[];
  const cheaper = options.find(({ value }) => value.decision === "cheaper")?.value;
  expect(cheaper?.models).toContain("claude-haiku-4-5");
  await reply(org.owner, request?.id, cheaper);
  await expect(setAside(agent, id, 500_000)).rejects.toMatchObject({ code: "over_budget" });
  const again = (await asksOf(org)).find((one) => one.id !== request?.id);
  await reply(org.owner, again?.id, { decision: "stop" });
  const { budgets } = await run(listBudgetsOperation, org.owner, { teamId: org.teamId });
  expect(budgets.find(({ scope }) => scope === "agent")?.requestId, "nobody is waited for any more").toBeNull();
  const next = await begin(agent);
  await expect(setAside(agent, next.id, 500_000)).rejects.toMatchObject({
    message: expect.not.stringContaining("wait for their answer"),
    details: { requestId: null },
  });
  await expect(spend(agent, id, 10)).rejects.toMatchObject({ code: "conflict" });
  const [row] = await db.execute<{ status: string }>(sql`select status from tasks where id = ${task.id}`);
  expect(row?.status).toBe("todo");
});

test("only admins set caps; an estimate without money is told plainly and changes nothing", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const member = await createTestMember(runtime, org, "member");
  for (const actor of [agent, member])
    await expect(run(setBudget, actor, { capMicros: 1 })).rejects.toMatchObject({ code: "forbidden" });
  const { id } = await begin(agent);
  await capOf(org.owner, { agentId: agent.id }, 100);
  const asked = { sessionId: id, inputTokens: 10_000, outputTokens: 10_000 };
  expect(await run(checkBudgetOperation, agent, asked)).toMatchObject({
    canSpend: false,
    estimateMicros: 5_000,
    leftMicros: 100,
    reservation: null,
  });
  expect(await eventsOf(org, "budget.exhausted")).toEqual([]);
  await expect(
    run(setBudget, org.owner, { teamId: org.teamId, agentId: agent.id, capMicros: 1 }),
  ).rejects.toMatchObject({
    code: "invalid",
  });
});

test("a day of a year that no calendar has is refused by name", async () => {
  const { owner } = await createTestOrg(runtime);
  await expect(run(getCostSummary, owner, { firstDay: "0000-01-01", lastDay: "0000-01-02" })).rejects.toMatchObject({
    code: "invalid",
    message: expect.stringContaining("There is no year 0"),
  });
});

test("costs by day, model, agent, task and team each sum up to the whole", async () => {
  const org = await createTestOrg(runtime);
  const [one, two] = [await createTestAgent(runtime, org), await createTestAgent(runtime, org)];
  const task = await addTask(org);
  await spend(one, (await begin(one, task.id)).id, 120_004);
  await spend(two, (await begin(two)).id, 80_000, { model: "gpt-5-nano" });
  const summary = await run(getCostSummary, org.owner, { by: ["day", "model", "agent", "task", "team"] });
  expect(summary.groups.map(({ by }) => by)).toEqual(["day", "model", "agent", "task", "team"]);
  for (const { rows } of summary.groups)
    expect(rows.reduce((sum, { costMicros }) => sum + costMicros, 0)).toBe(summary.total.costMicros);
  expect(summary.todayMicros).toBe(summary.total.costMicros);
  await expect(run(getCostSummary, org.owner, { firstDay: "2026-02-01", lastDay: "2026-01-01" })).rejects.toMatchObject(
    {
      code: "invalid",
    },
  );
});

test("after all of that every table is the fold of the events, the ledger is the usage, and no cap was passed", async () => {
  const fold = await checkFold(url);
  expect(fold.faults).toEqual([]);
  const findings = await db.transaction((tx) => checkDatabase(tx, { expectWork: false }));
  expect(findings.filter((finding) => !isSound(finding))).toEqual([]);
  expect(findings.find(({ check }) => check === "no cap passed")?.looked).toBeGreaterThan(50);
});

test("the audit sees a counter that was tampered with", async () => {
  await db.execute(
    sql`update budget_counters set settled_micros = settled_micros + 1 where ctid = (select min(ctid) from budget_counters)`,
  );
  const findings = await db.transaction((tx) => checkDatabase(tx, { expectWork: false }));
  expect(findings.filter((finding) => !isSound(finding)).map(({ check }) => check)).toEqual([
    "ledger and usage",
    "no cap passed",
  ]);
});

test("a process of the version before, that still runs, books by the functions it knows", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const session = await begin(agent);
  const budget = await capOf(org.owner, { sessionId: session.id }, dollar);
  const held = await setAside(agent, session.id, 100_000);
  await as(runtime, systemActor(org.orgId, "test"), async ({ tx }) => {
    const booked =
      await tx.execute(sql`select uncovered::int as uncovered, settled::int as settled from settle_money(${org.orgId},
      ${held?.id ?? null}::uuid, ${newId()}, ${`{${session.id}}`}::uuid[], 40000::bigint, now())`);
    expect(booked).toEqual([{ uncovered: 0, settled: 40_000 }]);
  });
  expect(await readCounter(budget.id)).toEqual({ settled: 40_000, reserved: 0 });
});
