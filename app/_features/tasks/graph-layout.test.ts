import { expect, test } from "vitest";
import { layOut, nodeSize } from "./graph-layout.ts";

const diamond = {
  nodes: ["a", "b", "c", "d"],
  edges: [
    { from: "a", to: "b" },
    { from: "a", to: "c" },
    { from: "b", to: "d" },
    { from: "c", to: "d" },
  ],
};

test("what must be done first stands to the left, and nothing covers anything", () => {
  const { places } = layOut(diamond);
  for (const { from, to } of diamond.edges) {
    expect((places[from]?.x ?? 0) + nodeSize.width).toBeLessThan(places[to]?.x ?? 0);
  }
  expect(Math.abs((places.b?.y ?? 0) - (places.c?.y ?? 0))).toBeGreaterThanOrEqual(nodeSize.height);
});

test("the same graph gets the same places, and tasks without edges have theirs", () => {
  expect(layOut(diamond)).toEqual(layOut(diamond));
  expect(Object.keys(layOut({ nodes: ["x", "y"], edges: [] }).places)).toEqual(["x", "y"]);
});

test("an edge over several columns passes behind no task", () => {
  const nodes = ["a", "b", "c", "d", "x", "y"];
  const edges = [
    ...diamond.edges.slice(0, 1),
    { from: "b", to: "c" },
    { from: "c", to: "d" },
    { from: "a", to: "d" },
    { from: "a", to: "x" },
    { from: "x", to: "y" },
    { from: "b", to: "y" },
  ];
  const { places, paths } = layOut({ nodes, edges });
  const straight = /L (?<x>[-\d.]+) (?<y>[-\d.]+)/g;
  const crossings = [...(paths["a-d"] ?? "").matchAll(straight)].map(({ groups }) => Number(groups?.y));
  expect(crossings.length, "it crosses the columns of b and of c").toBe(2);
  for (const [index, column] of [
    ["b", "x"],
    ["c", "y"],
  ].entries()) {
    for (const id of column) {
      const top = places[id]?.y ?? 0;
      const y = crossings[index] ?? 0;
      expect(y < top || y > top + nodeSize.height, `${id} at ${top}, the edge at ${y}`).toBe(true);
    }
  }
});
