import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { approvePlanOperation, createPlanOperation, importPlanOperation } from "../plans/operations.ts";
import { assignTask } from "../tasks/operations.ts";
import { createTestAgent, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { learn, type Past } from "./learning.ts";
import { forecastPlan } from "./operations.ts";
import { lowerBound, makespan, pathsOf } from "./simulation.ts";
import { bug, graphOf, playPlans, usual, world } from "./test/world.ts";

const { runtime } = await openTestRuntime();
const { run, addTask, claim, move } = workIn(runtime);

test("after 30 tasks the real end lies inside the band in at least 80 of 100 plans, and the band is no excuse", () => {
  const { inside, width } = playPlans(
    (seed) => world(seed).task,
    (task) => task,
  );
  expect(inside).toBeGreaterThanOrEqual(80);
  expect(width).toBeLessThan(3.5);
});

test("it is so too where agents and models are fast and slow in their own ways, also when nobody knows who will come", () => {
  const drawn = (seed: number) => {
    const one = world(seed);
    return () => one.taskOf();
  };
  const told = playPlans(drawn, (task) => task);
  const untold = playPlans(drawn, (task) => ({ ...task, agent: null, model: null }));
  expect(told.inside).toBeGreaterThanOrEqual(80);
  expect(untold.inside).toBeGreaterThanOrEqual(80);
  expect(told.width).toBeLessThan(3.5);
});

test("an agent that takes twice as long, and a model that is cheaper, are expected to go on so; a new one is a wide guess", () => {
  const spread = [0.8, 0.9, 1, 1.1, 1.25];
  const past = spread.flatMap((off) => [
    { ...bug, agent: "quick", model: "small", actual: 20 * off },
    { ...bug, agent: "slow", model: "small", actual: 40 * off },
    { ...bug, agent: "quick", model: "large", actual: 30 * off },
    { ...bug, agent: "slow", model: "large", actual: 60 * off },
  ]);
  const model = learn([...past, ...past], usual);
  const of = (agent: string | null, name: string | null) => model.expect({ ...bug, agent, model: name });
  expect(Math.exp(of("slow", "small").center - of("quick", "small").center)).toBeGreaterThan(1.6);
  expect(of("quick", "large").center).toBeGreaterThan(of("quick", "small").center);
  expect(of("new", "small").doubt).toBeGreaterThan(of("slow", "small").doubt);
  expect(of(null, "small").spread).toBeGreaterThan(of("slow", "small").spread);
  // Who differs from nobody is nothing to learn: chance alone moves nothing.
  const alike = past.map((task) => ({ ...task, actual: 30 }));
  expect(learn(alike, usual).expect({ ...bug, agent: "slow", model: "large" })).toEqual(
    learn(alike, usual).expect({ ...bug, agent: null, model: null }),
  );
});

test("longest chain first beats first come first served, and is near what no schedule can beat", () => {
  const { random } = world(7);
  let [ours, fifo, bound] = [0, 0, 0];
  for (let round = 0; round < 60; round++) {
    const lengths = Array.from({ length: 60 }, () => 5 + random() * 55);
    const graph = graphOf(60, random);
    const paths = pathsOf(lengths, graph);
    const steps = graph.map((dependsOn, place) => ({ dependsOn, path: paths[place] ?? 0 }));
    ours += makespan(lengths, steps, 4);
    fifo += makespan(lengths, steps, 4, (a, b) => a - b);
    bound += lowerBound(lengths, graph, 4);
  }
  expect(ours).toBeLessThan(fifo);
  expect(ours / bound).toBeLessThan(1.1);
});

test("one task left over a weekend moves what is learned only a little", () => {
  const past = Array.from({ length: 20 }, (): Past => ({ ...bug, actual: 30 }));
  const calm = learn(past, usual).expect(bug);
  const odd = learn([...past, { ...bug, actual: 4_000 }], usual).expect(bug);
  expect(Math.abs(odd.center - calm.center)).toBeLessThan(0.1);
});

test("a plan says when it is done: sooner with more agents, never sooner than its longest chain, and honestly a guess at first", async () => {
  const org = await createTestOrg(runtime);
  for (let count = 0; count < 2; count++) await createTestAgent(runtime, org);
  const { plan } = await run(createPlanOperation, org.owner, {
    teamId: org.teamId,
    template: "feature",
    requirements: "Export invoices. Import them. Delete them. List them.",
  });
  const told = await run(forecastPlan, org.owner, { planId: plan.id });
  expect(told).toMatchObject({
    learnedFrom: 0,
    left: plan.draft?.document.tasks.length,
    capMicros: null,
    withinCap: null,
  });
  expect(told.criticalPath[0]).toBe("look");
  expect(told.minutes.low).toBeLessThan(told.minutes.likely);
  expect(told.minutes.likely).toBeLessThan(told.minutes.high);
  const alone = await run(forecastPlan, org.owner, { planId: plan.id, agents: 1 });
  const many = await run(forecastPlan, org.owner, { planId: plan.id, agents: 8 });
  expect(alone.minutes.likely).toBeGreaterThan(many.minutes.likely);
});

test("what agents took is learned for each of them: the same task is told longer for the slow one", async () => {
  const org = await createTestOrg(runtime);
  const agents = [await createTestAgent(runtime, org), await createTestAgent(runtime, org)] as const;
  for (const [place, agent] of agents.entries())
    for (let count = 0; count < 5; count++) {
      const task = await addTask(org, { estimateMinutes: 30 });
      await claim(agent, task.id);
      await move(agent, task.id, "in_review");
      await move(org.owner, task.id, "done");
      await runtime.db.execute(sql`update leases set started_at = ended_at - make_interval(mins => ${[10, 60][place] ?? 0})
        where org_id = ${org.orgId} and task_id = ${task.id}`);
    }
  const content = JSON.stringify({ tasks: [{ title: "One more", estimateMinutes: 30 }] });
  const { plan } = await run(importPlanOperation, org.owner, { teamId: org.teamId, content });
  const { tasks } = await run(approvePlanOperation, org.owner, { planId: plan.id, version: 1 });
  const likely: number[] = [];
  for (const { id } of agents) {
    await run(assignTask, org.owner, { task: tasks[0]?.id, assignee: { kind: "agent", id } });
    likely.push((await run(forecastPlan, org.owner, { planId: plan.id, agents: 1 })).minutes.likely);
  }
  expect(likely[1]).toBeGreaterThan(2 * (likely[0] ?? Number.POSITIVE_INFINITY));
});

test("another budget is another chance to reach the end, and changes nothing of the plan", async () => {
  const org = await createTestOrg(runtime);
  const tasks = Array.from({ length: 4 }, (_, place) => ({ title: `Task ${place}`, estimateCostMicros: 500_000 }));
  const content = JSON.stringify({ tasks });
  const { plan } = await run(importPlanOperation, org.owner, { teamId: org.teamId, content });
  const told = async (budgetMicros?: number) =>
    run(forecastPlan, org.owner, { planId: plan.id, ...(budgetMicros === undefined ? {} : { budgetMicros }) });
  const { budgets, costMicros, withinCap } = await told();
  expect(withinCap).toBe(null);
  expect(budgets.map(({ capMicros }) => capMicros % 250_000)).toEqual(budgets.map(() => 0));
  const chances = budgets.map(({ withinCap: chance }) => chance);
  expect(chances).toEqual(chances.toSorted((a, b) => a - b));
  expect(chances.at(-1)).toBeGreaterThanOrEqual(0.9);
  expect((await told(0)).withinCap).toBe(0);
  expect((await told(10 * costMicros.high)).withinCap).toBe(1);
  expect((await told(budgets[0]?.capMicros)).withinCap).toBe(budgets[0]?.withinCap);
  expect((await told()).capMicros).toBe(null);
});
