import { expect, it } from "vitest";
import { placeOf, placesOf } from "./session-places.ts";

it("offers what is ready, and every choice means what it says", () => {
  const places = placesOf(
    [
      { id: "r1", name: "shop", status: "ready" },
      { id: "r2", name: "broken", status: "error" },
    ],
    [{ id: "w1", name: "shop copy", status: "ready", branch: "main" }],
    { hasServer: true },
  );
  expect(places.map(({ value }) => placeOf(value, "https://x.test/y.git"))).toEqual([
    ...[{ repoId: "r1" }, { workspaceId: "w1" }, { empty: true }],
    ...[{ url: "https://x.test/y.git" }, { path: "https://x.test/y.git" }],
  ]);
  expect(placeOf(undefined, "")).toEqual({ empty: true });
});
