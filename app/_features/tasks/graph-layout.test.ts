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
  const places = layOut(diamond);
  for (const { from, to } of diamond.edges) {
    expect((places[from]?.x ?? 0) + nodeSize.width).toBeLessThan(places[to]?.x ?? 0);
  }
  expect(Math.abs((places.b?.y ?? 0) - (places.c?.y ?? 0))).toBeGreaterThanOrEqual(nodeSize.height);
});

test("the same graph gets the same places, and tasks without edges have theirs", () => {
  expect(layOut(diamond)).toEqual(layOut(diamond));
  expect(Object.keys(layOut({ nodes: ["x", "y"], edges: [] }))).toEqual(["x", "y"]);
});
