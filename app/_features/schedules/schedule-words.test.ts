import { expect, test } from "vitest";
import { clockIn, commonTimes, nextTimes } from "./schedule-words.ts";

test("the next times are those of the zone, over a change of its clock", () => {
  const times = nextTimes("0 9 * * *", "Europe/Berlin", 3, new Date("2026-03-28T00:00:00Z"));
  expect(times.map((at) => at.toISOString())).toEqual([
    "2026-03-28T08:00:00.000Z",
    "2026-03-29T07:00:00.000Z",
    "2026-03-30T07:00:00.000Z",
  ]);
  expect(times.map((at) => clockIn("Europe/Berlin", at))).toEqual([
    "Sat 28 Mar, 09:00",
    "Sun 29 Mar, 09:00",
    "Mon 30 Mar, 09:00",
  ]);
});

test("what is no cron, and no zone, has no next time; each common one has", () => {
  expect(nextTimes("every day", "UTC", 3)).toEqual([]);
  expect(nextTimes("0 9 * * *", "Middle/Earth", 3)).toEqual([]);
  for (const { value } of commonTimes) expect(nextTimes(value, "UTC", 3)).toHaveLength(3);
});
