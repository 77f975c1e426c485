import { expect, test } from "vitest";
import { firstView, layOut, nodeSize } from "./graph-layout.ts";

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

test("a graph that can be read as a whole is shown whole, in the middle; of a larger one its beginning is", () => {
  const small = layOut(diamond);
  const { x, y, zoom } = firstView(small, { width: 1_200, height: 800 });
  expect(zoom).toBe(1);
  expect([x, y].every((offset) => offset > 24)).toBe(true);
  const nodes = Array.from({ length: 40 }, (_, index) => `n${index}`);
  const edges = nodes.slice(20).map((to, index) => ({ from: index === 0 ? "n0" : `n${index + 19}`, to }));
  const screen = { width: 480, height: 600 };
  const large = layOut({ nodes, edges });
  const view = firstView(large, screen);
  const columns = Object.values(large.places).map((place) => place.x * view.zoom + view.x);
  expect(Math.min(...columns), "its first column is on the screen").toBeCloseTo(24);
  expect(nodeSize.height * view.zoom, "and can be read").toBeGreaterThan(30);
  expect(firstView({ places: {}, paths: {} }, screen).zoom).toBe(1);
});
