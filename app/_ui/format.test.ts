import { describe, expect, it } from "vitest";
import { duration, money, relativeTime, tokenCount } from "./format.ts";

describe("money", () => {
  it("shows as many digits as matter, from micro-dollars", () => {
    expect([0, 40, 400, 38_000, 120_000, 1_240_000, 1_240_400_000].map((micros) => money(micros))).toEqual([
      "$0",
      "< $0.0001",
      "$0.0004",
      "$0.038",
      "$0.12",
      "$1.24",
      "$1,240",
    ]);
  });
  it("keeps the sign", () => expect(money(-1_500_000)).toBe("-$1.50"));
});

describe("time", () => {
  const now = Date.UTC(2026, 4, 20, 12);
  it("says how long ago in the largest unit that fits", () => {
    const ago = (seconds: number) => relativeTime(now - seconds * 1000, now);
    expect([0, 59, 60, 3540, 7200, 3 * 86_400].map(ago)).toEqual([
      "just now",
      "just now",
      "1 min ago",
      "59 min ago",
      "2 h ago",
      "3 d ago",
    ]);
    expect(ago(-7200)).toBe("in 2 h");
    expect(ago(40 * 86_400)).toBe("2026-04-10");
  });
  it("never says 60 s, 60 min or 24 h", () => {
    expect([59.6, 3599, 86_399, -5].map(duration)).toEqual(["1 min", "59 min", "23 h", "0 s"]);
  });
});

it("shortens counts of tokens", () => {
  expect([950, 12_400, 1_200_000].map(tokenCount)).toEqual(["950", "12.4k", "1.2M"]);
});
