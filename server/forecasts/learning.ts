import type { Complexity, TaskType } from "#db/enums.ts";

/** What is known of a task before it is done. */
export interface Work {
  type: TaskType;
  complexity: Complexity;
  estimate: number | null;
  /** The model that does it; null: nobody knows which. */
  model: string | null;
  /** Who does it; null: whoever comes. */
  agent: string | null;
}

/** How one task went: what it was expected to take, and what it took. */
export interface Past extends Work {
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
  expect(task: Work): Expectation;
}

/** How much the prior weighs, in tasks. */
const priorTasks = 3;
/** Before anything is known, a task takes between a third and three times what was expected. */
const priorSpread = 0.65;
/** A median wanders more than a mean: the variance of one of n is π/2 of the variance over n. */
const ofMedian = Math.PI / 2;

/**
 * Learns how far tasks are from what was expected of them: per type with all others behind (a type that was seen twice is
 * mostly expected to go as the rest), then how much faster or dearer each model is than that, then each agent. Medians and
 * absolute deviations, so that one task left over a weekend moves little.
 */
export function learn(past: readonly Past[], usual: (task: Work) => number): Learned {
  const ratios = past
    .filter(({ actual }) => actual > 0)
    .map((task) => ({ ...task, rest: Math.log(task.actual / usual(task)) }));
  const overall = shrink(restsOf(ratios), 0);
  const byType = new Map(
    [...Map.groupBy(ratios, ({ type }) => type)].map(([type, of]) => [type, shrink(restsOf(of), overall.center)]),
  );
  const ofType = (task: Work) => byType.get(task.type) ?? { center: overall.center, weight: priorTasks };
  const typed = ratios.map((task) => ({ ...task, rest: task.rest - ofType(task).center }));
  const ofModel = differences(typed, ({ model }) => model);
  const modelled = typed.map((task) => ({ ...task, rest: task.rest - ofModel(task).center }));
  const ofAgent = differences(modelled, ({ agent }) => agent);
  const left = modelled.map((task) => task.rest - ofAgent(task).center);
  const variance = varianceOf(left);
  // What a type takes was seen through whoever happened to do it.
  const seen = varianceOf(restsOf(typed));
  return {
    count: ratios.length,
    expect(task) {
      const [type, model, agent] = [ofType(task), ofModel(task), ofAgent(task)];
      return {
        center: Math.log(usual(task)) + type.center + model.center + agent.center,
        spread: Math.sqrt(variance + model.spread ** 2 + agent.spread ** 2),
        doubt: Math.sqrt((ofMedian * seen) / type.weight + model.doubt ** 2 + agent.doubt ** 2),
      };
    },
  };
}

/**
 * How the tasks of one model, or one agent, differ from those of the others, as far as that is more than chance: what
 * little is known of one is drawn to the others, the more the less they differ. One that was never seen is as far off as
 * they are from each other, in all its tasks alike; where nobody knows who it will be, in each task anew.
 */
function differences(
  tasks: readonly (Work & { rest: number })[],
  nameOf: (task: Work) => string | null,
): (task: Work) => Expectation {
  const groups = [...Map.groupBy(tasks, nameOf)].flatMap(([name, of]) => (name === null ? [] : [{ name, of }]));
  const none = { center: 0, spread: 0, doubt: 0 };
  // Of one alone there is nothing to compare: what it takes stands in its types already.
  if (groups.length < 2) return () => none;
  const known = groups.map(({ name, of }) => ({ name, count: of.length, center: median(restsOf(of)), of }));
  const within = varianceOf(known.flatMap(({ of, center }) => of.map(({ rest }) => rest - center)));
  const total = known.reduce((sum, { count }) => sum + count, 0);
  const excess = known.reduce((sum, { count, center }) => sum + count * center ** 2 - ofMedian * within, 0);
  const between = Math.max(0, excess / total);
  const byName = new Map(
    known.map(({ name, count, center }): [string, Expectation] => {
      const trust = between / (between + (ofMedian * within) / count);
      return [name, { center: trust * center, spread: 0, doubt: Math.sqrt(between * (1 - trust)) }];
    }),
  );
  const apart = Math.sqrt(between);
  return (task) => {
    const name = nameOf(task);
    return name === null ? { ...none, spread: apart } : (byName.get(name) ?? { ...none, doubt: apart });
  };
}

const restsOf = (tasks: readonly { rest: number }[]): number[] => tasks.map(({ rest }) => rest);

/** Of what is left over, with the prior behind it. */
function varianceOf(rests: readonly number[]): number {
  const seen = (1.4826 * median(rests.map(Math.abs))) ** 2;
  return (priorTasks * priorSpread ** 2 + rests.length * seen) / (priorTasks + rests.length);
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
