import { expect, it } from "vitest";
import { agentPattern } from "./agent-mark.tsx";

it("gives one name one face for ever", () => {
  expect(agentPattern("rio")).toEqual(agentPattern("rio"));
});

it("tells a hundred agents apart", () => {
  const faces = Array.from({ length: 100 }, (_, index) => JSON.stringify(agentPattern(`engineer-${index}`)));
  expect(new Set(faces).size).toBe(100);
});

it("is mirrored and never empty", () => {
  for (const name of ["", "a", "manager", "Zoë", "🦊"]) {
    const { cells } = agentPattern(name);
    const lit = new Set(cells.map(([x, y]) => `${x},${y}`));
    expect(lit.size).toBeGreaterThan(0);
    for (const [x, y] of cells) expect(lit).toContain(`${4 - x},${y}`);
  }
});
