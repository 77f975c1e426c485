import type { Past, Work } from "#server/forecasts/learning.ts";
import { playPlans, world } from "#server/forecasts/test/world.ts";
import { figure, round } from "./figure.ts";

// How honest the band of a forecast is: the share of real ends of plans inside it, and how wide it was, by how many
// tasks it was learned from and by what was known of who would do the work. Arithmetic alone: the same on every machine.

const drawn = (seed: number) => {
  const one = world(seed);
  return () => one.taskOf();
};
const ways: { known: string; of: (task: Past) => Work; past: (task: Past) => Past }[] = [
  { known: "type, model and agent", of: (task) => task, past: (task) => task },
  {
    known: "who will come is open",
    of: (task) => ({ ...task, agent: null, model: null }),
    past: (task) => task,
  },
  {
    known: "type alone",
    of: (task) => ({ ...task, agent: null, model: null }),
    past: (task) => ({ ...task, agent: null, model: null }),
  },
];
for (const after of [5, 30, 100])
  for (const { known, of, past } of ways) {
    const pastOf = (seed: number) => {
      const draw = drawn(seed);
      return () => past(draw());
    };
    const { inside, width } = playPlans(pastOf, of, { plans: 500, after });
    const told = { learnedFrom: after, known, insideBand_percent: round(inside, 1), highThroughLow: round(width) };
    figure({
      figure: "real ends inside the band of the forecast",
      ...told,
      ...(after < 30 ? {} : { goal_percent: 80 }),
    });
  }
