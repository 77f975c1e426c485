import type { Expectation } from "./learning.ts";
import { criticalPath, makespan, pathsOf } from "./simulation.ts";

/** A task that is left to be done, as far as it is known. */
export interface Ahead {
  dependsOn: readonly number[];
  minutes: Expectation;
  micros: Expectation;
  /** Minutes that were worked on it already. */
  worked: number;
}

/** Nine of ten times it lies between low and high. */
export interface Band {
  low: number;
  likely: number;
  high: number;
}
export interface Forecast {
  minutes: Band;
  costMicros: Band;
  /** How often it costs no more than so much, in micro-dollars. */
  shareWithin(capMicros: number): number;
  /** Places of the chain that decides the end. */
  criticalPath: number[];
}

const draws = 400;

/**
 * What is left, played through many times: each time the world is somewhat different (how far estimates are off), and each
 * task is different in it. The same question gets the same answer.
 */
export function forecast(tasks: readonly Ahead[], { agents }: { agents: number }): Forecast {
  const likely = tasks.map(({ minutes, worked }) => Math.max(1, Math.exp(minutes.center) - worked));
  const dependsOn = tasks.map((task) => task.dependsOn);
  const paths = pathsOf(likely, dependsOn);
  const steps = tasks.map((task, place) => ({ dependsOn: task.dependsOn, path: paths[place] ?? 0 }));
  const random = generator(tasks.length);
  const count = tasks.length > 300 ? 100 : draws;
  const ends: number[] = [];
  const costs: number[] = [];
  for (let draw = 0; draw < count; draw++) {
    const [slower, dearer] = [normal(random), normal(random)];
    const lengths = tasks.map(({ minutes, worked }) => Math.max(0.5, lengthOf(minutes, slower, random) - worked));
    ends.push(makespan(lengths, steps, agents));
    costs.push(tasks.reduce((sum, { micros }) => sum + lengthOf(micros, dearer, random), 0));
  }
  return {
    minutes: bandOf(ends),
    costMicros: bandOf(costs),
    shareWithin: (capMicros) => costs.filter((cost) => cost <= capMicros).length / costs.length,
    criticalPath: criticalPath(likely, dependsOn),
  };
}

/** Nothing known of it costs nothing: a center of -Infinity. */
const lengthOf = ({ center, spread, doubt }: Expectation, shift: number, random: () => number): number =>
  Math.exp(center + doubt * shift + spread * normal(random));

function bandOf(values: readonly number[]): Band {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { low: at(0.05), likely: at(0.5), high: at(0.95) };
}

/** Mulberry32: small, and good enough for a few hundred draws. */
function generator(seed: number): () => number {
  let state = (seed + 1) * 0x9e3779b1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
