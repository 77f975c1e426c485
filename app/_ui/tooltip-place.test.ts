import { expect, it } from "vitest";
import { placeBeside } from "./tooltip-place.ts";

const bubble = { width: 100, height: 24 };
const box = (left: number, top: number) => ({ left, top, right: left + 32, bottom: top + 32, width: 32, height: 32 });
const screen = (side: string) => ({ side, width: 400, height: 300 });

it("stands on the side it was asked to, in the middle of its target", () => {
  expect(placeBeside(box(200, 100), bubble, screen("top"))).toEqual({ x: 166, y: 70 });
  expect(placeBeside(box(10, 100), bubble, screen("right"))).toEqual({ x: 48, y: 104 });
});

it("flips where it does not fit", () => {
  expect(placeBeside(box(200, 4), bubble, screen("top"))).toEqual({ x: 166, y: 42 });
  expect(placeBeside(box(360, 100), bubble, screen("right"))).toEqual({ x: 254, y: 104 });
});

it("never leaves the screen", () => {
  for (const side of ["top", "right", "bottom", "left"]) {
    for (const target of [box(0, 0), box(368, 0), box(0, 268), box(368, 268)]) {
      const { x, y } = placeBeside(target, bubble, screen(side));
      expect(x).toBeGreaterThanOrEqual(4);
      expect(y).toBeGreaterThanOrEqual(4);
      expect(x).toBeLessThanOrEqual(296);
      expect(y).toBeLessThanOrEqual(272);
    }
  }
});
