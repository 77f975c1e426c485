import type { Complexity, TaskType } from "#db/enums.ts";
import { forecast } from "../forecast.ts";
import { learn, type Past, type Work } from "../learning.ts";
import { makespan, pathsOf } from "../simulation.ts";

/** A world in which tasks take `bias` times what was said, give or take; the same for the same seed. */
export function world(seed: number) {
  let state = seed * 7_919 + 17;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  for (let skip = 0; skip < 20; skip++) random();
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const types: TaskType[] = ["feature", "bug", "test", "docs"];
  const biased = (names: readonly string[], by: number) =>
    new Map(names.map((name) => [name, Math.exp(by * normal())]));
  const ofType = biased(types, 0.7);
  const ofAgent = biased(["ada", "ben", "cleo"], 0.6);
  const ofModel = biased(["small", "large"], 0.4);
  const oneOf = (of: ReadonlyMap<string, number>) => [...of][Math.floor(random() * of.size)] ?? (["", 1] as const);
  return {
    random,
    task: (): Past => {
      const type = types[Math.floor(random() * 4)] ?? "feature";
      const estimate = 10 + Math.floor(random() * 50);
      const complexity: Complexity = "medium";
      const actual = estimate * (ofType.get(type) ?? 1) * Math.exp(0.45 * normal());
      return { type, complexity, estimate, actual, model: null, agent: null };
    },
    /** The same, done by one of three agents with one of two models, each fast or slow in its own way. */
    taskOf(this: { task(): Past }): Past {
      const [agent, slower] = oneOf(ofAgent);
      const [model, longer] = oneOf(ofModel);
      const task = this.task();
      return { ...task, agent, model, actual: task.actual * slower * longer };
    },
  };
}

export function graphOf(count: number, random: () => number): number[][] {
  return Array.from({ length: count }, (_, place) => [
    ...new Set(Array.from({ length: place === 0 ? 0 : Math.floor(random() * 3) }, () => Math.floor(random() * place))),
  ]);
}
export const usual = ({ estimate }: Work) => estimate ?? 30;
export const bug: Work = { type: "bug", complexity: "medium", estimate: 30, model: null, agent: null };
const nothing = { center: Number.NEGATIVE_INFINITY, spread: 0, doubt: 0 };

/**
 * Plays plans of 20 tasks, each after so many: how many of a hundred ends lay inside their bands, and how wide the middle
 * band was (its high through its low).
 */
export function playPlans(
  pastOf: (seed: number) => () => Past,
  known: (task: Past) => Work,
  { plans = 100, after = 30 }: { plans?: number; after?: number } = {},
): { inside: number; width: number } {
  let inside = 0;
  const widths: number[] = [];
  for (let seed = 1; seed <= plans; seed++) {
    const draw = pastOf(seed);
    const learned = learn(Array.from({ length: after }, draw), usual);
    const ahead = Array.from({ length: 20 }, draw);
    const graph = graphOf(20, world(seed + 1_000).random);
    const told = ahead.map((one, place) => ({
      dependsOn: graph[place] ?? [],
      minutes: learned.expect(known(one)),
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
  return {
    inside: (100 * inside) / plans,
    width: widths.toSorted((a, b) => a - b)[Math.floor(plans / 2)] ?? Number.POSITIVE_INFINITY,
  };
}
