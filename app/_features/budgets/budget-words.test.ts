import { expect, test } from "vitest";
import type { Budget } from "#server/budgets/schema.ts";
import { budgetText, tightest } from "./budget-words.ts";

const budget = (change: Partial<Budget>): Budget => ({
  ...{ id: "1", scope: "team", scopeId: "t", name: "Core", teamId: "t", period: "day", periodStart: "2026-01-01" },
  ...{
    resetsAt: null,
    capMicros: 100,
    settledMicros: 0,
    reservedMicros: 0,
    leftMicros: 100,
    state: "open",
    requestId: null,
  },
  ...change,
});

test("the budget shown first is the one that stops, then the day's of the team; caps of one agent or task are not the team's", () => {
  const day = budget({ id: "day" });
  const org = budget({ id: "org", scope: "org", period: "month", state: "stopped" });
  const agent = budget({ id: "agent", scope: "agent", state: "stopped" });
  expect(tightest([budget({ id: "month", period: "month" }), day, agent])?.id).toBe("day");
  expect(tightest([day, org])?.id).toBe("org");
  const asked = budget({ id: "asked", period: "life", requestId: "r" });
  expect(tightest([day, asked])?.id, "what refused a call and asks for more").toBe("asked");
  expect(tightest([agent])).toBeUndefined();
});

test("what is spent and set aside is told in words too", () => {
  expect(budgetText({ capMicros: 100_000_000, settledMicros: 1_200_000, reservedMicros: 300_000 })).toBe(
    "$1.20 of $100.00, $0.30 set aside",
  );
});
