import type { Complexity, TaskType } from "#db/enums.ts";

/** How one task went: what it was expected to take, and what it took. */
export interface Past {
  type: TaskType;
  complexity: Complexity;
  estimate: number | null;
  /** Minutes of work, or micro-dollars. */
  actual: number;
}

/** What is known of tasks to come: their logarithm is around `center`, give or take `spread`; the center itself ± `doubt`. */
export interface Expectation {
  center: number;
  spread: number;
  doubt: number;
}

export interface Learned {
  /** From how many tasks. */
  count: number;
  expect(task: Omit<Past, "actual">): Expectation;
}

/** How much the prior weighs, in tasks. */
const priorTasks = 3;
/** Before anything is known, a task takes between a third and three times what was expected. */
const priorSpread = 0.65;

/**
 * Learns how far tasks are from what was expected of them, per type with all others behind: a type that was seen twice is
 * mostly expected to go as the rest. Medians and absolute deviations, so that one task left over a weekend moves little.
 */
export function learn(past: readonly Past[], usual: (task: Omit<Past, "actual">) => number): Learned {
  const ratios = past
    .filter(({ actual }) => actual > 0)
    .map((task) => ({ type: task.type, ratio: Math.log(task.actual / usual(task)) }));
  const overall = shrink(
    ratios.map(({ ratio }) => ratio),
    0,
  );
  const byType = new Map(
    [...Map.groupBy(ratios, ({ type }) => type)].map(([type, of]) => [
      type,
      shrink(
        of.map(({ ratio }) => ratio),
        overall.center,
      ),
    ]),
  );
  const residuals = ratios.map(({ type, ratio }) => Math.abs(ratio - (byType.get(type) ?? overall).center));
  const spread = Math.sqrt(
    (priorTasks * priorSpread ** 2 + residuals.length * (1.4826 * median(residuals)) ** 2) /
      (priorTasks + residuals.length),
  );
  return {
    count: ratios.length,
    expect(task) {
      const { center, weight } = byType.get(task.type) ?? { center: overall.center, weight: priorTasks };
      return { center: Math.log(usual(task)) + center, spread, doubt: spread / Math.sqrt(weight) };
    },
  };
}

function shrink(ratios: readonly number[], prior: number): { center: number; weight: number } {
  const weight = priorTasks + ratios.length;
  return { center: (priorTasks * prior + ratios.length * median(ratios)) / weight, weight };
}

/** Of nothing it is 0. */
function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}
