import { expect, test } from "vitest";
import { Sequence } from "./sequence.ts";

test("frames follow each other by the number before them on their channel", () => {
  const sequence = new Sequence(10);
  expect(sequence.judge("team", { seq: 12, prev: 9 })).toBe("next");
  sequence.take("team", 12);
  expect(sequence.judge("team", { seq: 12, prev: 9 })).toBe("old");
  expect(sequence.judge("team", { seq: 15, prev: 12 })).toBe("next");
});

test("a frame whose predecessor was never seen shows a gap, on its own channel only", () => {
  const sequence = new Sequence(10);
  sequence.take("team", 12);
  expect(sequence.judge("team", { seq: 20, prev: 15 })).toBe("gap");
  expect(sequence.judge("org", { seq: 21, prev: 8 })).toBe("next");
});

test("what the feed told is old on every channel, and never takes back what was seen", () => {
  const sequence = new Sequence(10);
  sequence.take("team", 30);
  sequence.catchUp(25);
  expect(sequence.judge("org", { seq: 25, prev: 3 })).toBe("old");
  expect(sequence.judge("team", { seq: 28, prev: 25 })).toBe("old");
  expect(sequence.judge("team", { seq: 31, prev: 30 })).toBe("next");
  expect(sequence.newest()).toBe(30);
});
