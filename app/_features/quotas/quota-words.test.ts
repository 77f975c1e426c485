import { expect, test } from "vitest";
import { limitText, quotaText } from "./quota-words.ts";

test("what is used is told against its limit, and alone where there is none", () => {
  expect(quotaText("sessionsAtOnce", 3, 5)).toBe("3 of 5");
  expect(quotaText("hoursADay", 1.2345, 8)).toBe("1.2 of 8");
  expect(quotaText("microsADay", 1_200_000, 50_000_000)).toBe("$1.20 of $50.00");
  expect(quotaText("tokensADay", 12_400, null)).toBe("12.4k");
  expect(limitText("hoursADay", 8)).toBe("8 hours a day");
  expect(limitText("tokensADay", null)).toBeNull();
});
