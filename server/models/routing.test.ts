import { expect, test } from "vitest";
import { defaultRouting } from "./defaults.ts";
import { partsOf, routeWork } from "./routing.ts";

const tierOf = (type: string, complexity: string, more = {}) =>
  routeWork(defaultRouting, { type, complexity, ...more }).tier;

test("the table that comes with the product routes as designed", () => {
  expect(tierOf("research", "simple")).toBe("local");
  expect(tierOf("asset", "medium")).toBe("local");
  expect(tierOf("feature", "simple")).toBe("small");
  expect(tierOf("feature", "medium")).toBe("medium");
  expect(tierOf("integration", "medium")).toBe("small");
  expect(tierOf("planning", "medium")).toBe("medium");
});

test("a failure lifts one tier, at most to the top; a chosen model is taken as it is", () => {
  expect(tierOf("feature", "medium", { failures: 1 })).toBe("large");
  expect(tierOf("feature", "medium", { failures: 9 })).toBe("large");
  expect(routeWork(defaultRouting, { type: "bug", complexity: null, model: "openai/gpt-5" }).models).toEqual([
    "openai/gpt-5",
  ]);
});

test("a tier without models is passed upwards, then downwards", () => {
  const tiers = { local: [], small: [], medium: ["a/b"], large: [] };
  for (const tier of ["local", "large"] as const)
    expect(routeWork({ ...defaultRouting, tiers }, { type: "bug", complexity: null, tier }).models).toEqual(["a/b"]);
});

test("a model's own name may have slashes", () => {
  expect(partsOf("openrouter/meta/llama-4")).toEqual({ provider: "openrouter", name: "meta/llama-4" });
});
