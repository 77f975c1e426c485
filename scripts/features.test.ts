import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./check/command.ts";

const page = readFileSync(join(ROOT, "docs/features.md"), "utf8");
const named = [...page.matchAll(/`([^`]+\.(?:test|spec)\.ts)` “([^”]+)”/g)].map(([, file = "", name = ""]) => ({
  file,
  name,
}));

test("every test that shows a feature exists under its name", () => {
  expect(named.length).toBeGreaterThan(50);
  const missing = named.filter(({ file, name }) => !readFileSync(join(ROOT, file), "utf8").includes(name));
  expect(missing).toEqual([]);
});

test("every feature is shown by a test", () => {
  const rows = page.split("\n").filter((line) => line.startsWith("| ✓"));
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter((row) => !/“[^”]{10,}”/.test(row))).toEqual([]);
});

test("the layering is held by the import checker, which looks at every file", () => {
  const rules = readFileSync(join(ROOT, ".dependency-cruiser.mjs"), "utf8");
  for (const rule of ["server-knows-no-transport", "service-below-operations", "mcp-reaches-operations-only"])
    expect(rules).toContain(`name: "${rule}"`);
  expect(readFileSync(join(ROOT, "scripts/check/import-directions.ts"), "utf8")).toContain("sources.length");
});
