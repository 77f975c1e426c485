import { expect, test } from "vitest";
import { returnPath } from "./return-path.ts";

test.each(["/o/acme", "/o/acme?task=12#top", "/invite/abc"])("%s is a page of ours", (path) => {
  expect(returnPath(path)).toBe(path);
});

test.each([
  "https://evil.example",
  "//evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "javascript:alert(1)",
  "/\t/evil.example",
  "/\n//evil.example",
  "o/acme",
  "",
  undefined,
  ["/o/acme"],
])("%j leads to the start page", (path) => {
  expect(returnPath(path)).toMatch(/^\/(?![/\\])/);
  expect(new URL(returnPath(path), "http://localhost").origin).toBe("http://localhost");
});
