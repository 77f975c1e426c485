import { expect, test } from "vitest";
import { inOrder, isReady, wavesOf } from "./graph-facts.ts";

test("a task stands after everything it waits for", () => {
  const tasks = [4, 3, 2, 1].map((number) => ({ id: `t${number}`, number }));
  const edges = [
    { from: "t1", to: "t2" },
    { from: "t1", to: "t3" },
    { from: "t2", to: "t4" },
    { from: "t3", to: "t4" },
  ];
  const order = inOrder(tasks, edges).map(({ id }) => id);
  expect(order).toHaveLength(4);
  for (const { from, to } of edges) expect(order.indexOf(from)).toBeLessThan(order.indexOf(to));
});

test("ready is to do with nothing open", () => {
  expect(isReady({ status: "todo", openDependencies: 0 })).toBe(true);
  expect(isReady({ status: "todo", openDependencies: 1 })).toBe(false);
  expect(isReady({ status: "in_progress", openDependencies: 0 })).toBe(false);
});

test("a wave begins when the latest before it is over", () => {
  const edges = [
    { from: "a", to: "b" },
    { from: "b", to: "c" },
    { from: "a", to: "c" },
  ];
  const tasks = ["a", "b", "c", "d"].map((id, number) => ({ id, number }));
  const waves = wavesOf(inOrder(tasks, edges), edges);
  expect(["a", "b", "c", "d"].map((id) => waves.get(id))).toEqual([1, 2, 3, 1]);
});
