import { expect, it } from "vitest";
import { safeHref } from "./safe-href.ts";

it("follows http, https and mailto", () => {
  expect(safeHref("https://example.com/a?b#c")).toBe("https://example.com/a?b#c");
  expect(safeHref("http://example.com")).toBe("http://example.com/");
  expect(safeHref("mailto:ada@example.com")).toBe("mailto:ada@example.com");
});

it("refuses everything that runs, reads or hides", () => {
  const hostile = [
    "javascript:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "\u0001javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "\u200bjavascript:alert(1)",
    "vbscript:x",
    "data:text/html,<script>",
    "blob:https://example.com/1",
    "file:///etc/passwd",
    "https://example.com@evil.example/",
    "//evil.example",
    "/api/sign-out",
    "",
  ];
  expect(hostile.map(safeHref).filter(Boolean)).toEqual([]);
});
