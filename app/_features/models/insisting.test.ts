import { expect, test } from "vitest";
import { canInsist } from "./insisting.ts";

test("only what the provider refused may be saved anyway", () => {
  const refusedWith = (details?: object) => Object.assign(new Error("no"), { data: { code: "invalid", details } });
  expect(canInsist(refusedWith({ possible: "evenIfRefused" }))).toBe(true);
  for (const other of [refusedWith(), refusedWith({ possible: "retry" }), new Error("no answer"), undefined])
    expect(canInsist(other)).toBe(false);
});
