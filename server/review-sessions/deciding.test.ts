import { expect, test } from "vitest";
import { sessionStatuses } from "#db/enums.ts";
import { decideNext, longestMinutes, type Standing } from "./deciding.ts";

const judging: Standing = {
  ...{ isOpen: true, session: "ready", minutes: 1, hasWords: false, stopReason: "end_turn", failureCode: null },
  ...{ nudges: 0, faults: 0 },
};
const next = (changes: Partial<Standing>) => decideNext({ ...judging, ...changes });

test("a turn without a verdict is asked about twice, then people judge", () => {
  expect([0, 1, 2].map((nudges) => next({ nudges }))).toEqual(["ask", "ask", "give_up"]);
  expect([next({ hasWords: true }), next({ session: "running" }), next({ stopReason: "cancelled" })]).toEqual([
    "nothing",
    "nothing",
    "nothing",
  ]);
});

test("a review that takes too long, costs too much or breaks down again and again is given back", () => {
  for (const session of ["running", "waiting", "ready"] as const)
    expect(next({ session, minutes: longestMinutes })).toBe("give_up");
  expect(next({ failureCode: "over_budget" })).toBe("give_up");
  expect([1, 2, 3].map((faults) => next({ failureCode: "unavailable", faults }))).toEqual(["ask", "ask", "give_up"]);
  expect(next({ session: "error" })).toBe("give_up");
});

test("the session of a review that is over ends, whatever it was about to do, and is left alone then", () => {
  for (const session of sessionStatuses) {
    const isUp = ["initializing", "ready", "running", "waiting", "paused"].includes(session);
    expect([session, next({ isOpen: false, session, minutes: 99 })]).toEqual([session, isUp ? "stop" : "nothing"]);
  }
});
