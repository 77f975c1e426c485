import { expect, test } from "vitest";
import type { Complexity, TaskType } from "#db/enums.ts";
import { createPlanOperation, importPlanOperation } from "../plans/operations.ts";
import { createTestAgent, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { forecast } from "./forecast.ts";
import { learn, type Past } from "./learning.ts";
import { forecastPlan } from "./operations.ts";
import { lowerBound, makespan, pathsOf } from "./simulation.ts";

const { runtime } = await openTestRuntime();
const { run } = workIn(runtime);

/** A world in which tasks take `bias` times what was said, give or take; the same for the same seed. */
function world(seed: number) {
  let state = seed * 7_919 + 17;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  for (let skip = 0; skip < 20; skip++) random();
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const types: TaskType[] = ["feature", "bug", "test", "docs"];
  const bias = new Map(types.map((type) => [type, Math.exp(0.7 * normal())]));
  return {
    random,
    task: (): Past => {
      const type = types[Math.floor(random() * 4)] ?? "feature";
      const estimate = 10 + Math.floor(random() * 50);
      const complexity: Complexity = "medium";
      return { type, complexity, estimate, actual: estimate * (bias.get(type) ?? 1) * Math.exp(0.45 * normal()) };
    },
  };
}

function graphOf(count: number, random: () => number): number[][] {
  return Array.from({ length: count }, (_, place) => [
    ...new Set(Array.from({ length: place === 0 ? 0 : Math.floor(random() * 3) }, () => Math.floor(random() * place))),
  ]);
}
const usual = ({ estimate }: Omit<Past, "actual">) => estimate ?? 30;
const nothing = { center: Number.NEGATIVE_INFINITY, spread: 0, doubt: 0 };

test("after 30 tasks the real end lies inside the band in at least 80 of 100 plans, and the band is no excuse", () => {
  let inside = 0;
  const widths: number[] = [];
  for (let seed = 1; seed <= 100; seed++) {
    const { task, random } = world(seed);
    const learned = learn(Array.from({ length: 30 }, task), usual);
    const ahead = Array.from({ length: 20 }, task);
    const graph = graphOf(20, random);
    const told = ahead.map((one, place) => ({
      dependsOn: graph[place] ?? [],
      minutes: learned.expect(one),
      micros: nothing,
      worked: 0,
    }));
    const { minutes } = forecast(told, { agents: 3 });
    const paths = pathsOf(
      ahead.map(({ estimate }) => estimate ?? 30),
      graph,
    );
    const real = makespan(
      ahead.map(({ actual }) => actual),
      graph.map((dependsOn, place) => ({ dependsOn, path: paths[place] ?? 0 })),
      3,
    );
    if (real >= minutes.low && real <= minutes.high) inside++;
    widths.push(minutes.high / minutes.low);
  }
  expect(inside).toBeGreaterThanOrEqual(80);
  expect(widths.toSorted((a, b) => a - b)[50]).toBeLessThan(3.5);
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
  const past = Array.from(
    { length: 20 },
    (): Past => ({ type: "bug", complexity: "medium", estimate: 30, actual: 30 }),
  );
  const calm = learn(past, usual).expect({ type: "bug", complexity: "medium", estimate: 30 });
  const odd = learn([...past, { type: "bug", complexity: "medium", estimate: 30, actual: 4_000 }], usual).expect({
    type: "bug",
    complexity: "medium",
    estimate: 30,
  });
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
