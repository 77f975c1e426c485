import { expect, test } from "vitest";
import { taskFilters } from "./task-filters.ts";
import { taskFiltersOfUrl } from "./task-filters-of-url.ts";

const id = "01920000-0000-7000-8000-000000000001";

test("the server and the page read the same filters", () => {
  const fromUrl = taskFiltersOfUrl({ q: " login ", priority: "high,critical", assignee: id, tag: "ui" });
  expect(fromUrl).toEqual(taskFilters("login", { priority: ["high", "critical"], assignee: [id], tag: ["ui"] }));
  expect(fromUrl).toEqual({ q: "login", priority: ["high", "critical"], assigneeId: id, tag: "ui" });
});

test("an address that somebody mangled shows everything instead of an error", () => {
  expect(taskFiltersOfUrl({ assignee: "'; drop", priority: "urgent", repo: "x", q: ["a", "b"] })).not.toHaveProperty(
    "assigneeId",
  );
  expect(taskFiltersOfUrl({ priority: "urgent", repo: "nope" })).toEqual({});
});
