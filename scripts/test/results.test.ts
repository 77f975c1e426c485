import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readTally, tallyPlaywright, tallyVitest } from "./results.ts";

test("a test file that could not be loaded counts as a failure", () => {
  const loaded = { status: "passed", assertionResults: [{ status: "passed" }] };
  const broken = { status: "failed", assertionResults: [] };
  const report = { numPassedTests: 1, numFailedTests: 0, testResults: [loaded, broken] };
  expect(tallyVitest(report)).toEqual({ passed: 1, failed: 1 });
});

test("a flaky walk counts as a failure", () => {
  const report = { errors: [], stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 2 } };
  expect(tallyPlaywright(report)).toEqual({ passed: 3, failed: 2 });
});

test("a run that ended badly without a report is a failure, never zero of both", async () => {
  const nowhere = join(tmpdir(), "there-is-no-such-report.json");
  expect(await readTally(nowhere, tallyVitest, 1)).toEqual({ passed: 0, failed: 1 });
});
