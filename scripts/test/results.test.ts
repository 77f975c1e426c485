import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failedFiles, joinSecondTry, readTally, tallyPlaywright, tallyVitest } from "./results.ts";

const file = (name: string, ...failing: string[]) => ({
  name: join(process.cwd(), name),
  status: failing.length > 0 ? "failed" : "passed",
  assertionResults: [
    { status: "passed", fullName: "holds" },
    ...failing.map((fullName) => ({ status: "failed", fullName, failureMessages: ["expected 1 to be 2\n at a line"] })),
  ],
});

test("a test file that could not be loaded counts as a failure, and is named", () => {
  const broken = {
    name: join(process.cwd(), "b.test.ts"),
    status: "failed",
    message: "no such thing",
    assertionResults: [],
  };
  const tally = tallyVitest({ numPassedTests: 1, numFailedTests: 0, testResults: [file("a.test.ts"), broken] });
  expect(tally).toMatchObject({ passed: 1, failed: 1, failures: ["b.test.ts › could not be run\n    no such thing"] });
});

test("a failure that passes when it is run alone is told as a second try; one that fails again is a failure", () => {
  const first = {
    numPassedTests: 2,
    numFailedTests: 2,
    testResults: [file("a.test.ts", "races"), file("b.test.ts", "is wrong")],
  };
  expect(failedFiles(first)).toEqual(["a.test.ts", "b.test.ts"]);
  const second = {
    numPassedTests: 3,
    numFailedTests: 1,
    testResults: [file("a.test.ts"), file("b.test.ts", "is wrong")],
  };
  const joined = joinSecondTry(tallyVitest(first), tallyVitest(second));
  expect(joined.failed).toBe(1);
  expect(joined.failures).toEqual([expect.stringContaining("b.test.ts › is wrong")]);
  expect(joined.secondTries).toEqual([expect.stringContaining("a.test.ts › races")]);
});

test("a run that failed again without naming a test stays a failure", () => {
  const first = tallyVitest({ numPassedTests: 2, numFailedTests: 1, testResults: [file("a.test.ts", "races")] });
  const second = { passed: 0, failed: 1, failures: ["It ended with code 1 and named no test."], secondTries: [] };
  expect(joinSecondTry(first, second)).toMatchObject({ passed: 2, failed: 1 });
});

test("a walk that failed is named with its reason; one that passed on its second try is told apart", () => {
  const spec = (title: string, status: string) => ({
    ...{ title, file: "board.spec.ts", line: 3 },
    tests: [{ status, results: [{ error: { message: "\u001b[31mnot there\u001b[39m" } }] }],
  });
  const report = {
    errors: [],
    stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 2 },
    suites: [{ specs: [spec("is slow", "flaky")], suites: [{ specs: [spec("is wrong", "unexpected")] }] }],
  };
  expect(tallyPlaywright(report)).toEqual({
    ...{ passed: 4, failed: 1 },
    failures: ["e2e/board.spec.ts:3 › is wrong\n    not there"],
    secondTries: ["e2e/board.spec.ts:3 › is slow\n    not there"],
  });
});

test("a run that ended badly without a report is a failure, never zero of both", async () => {
  const nowhere = join(tmpdir(), "there-is-no-such-report.json");
  expect(await readTally(nowhere, tallyVitest, 1)).toMatchObject({ passed: 0, failed: 1 });
});

test("a runner that dies behind its whole report is told, and what had passed stands", async () => {
  const folder = await mkdtemp(join(tmpdir(), "entourage-report-"));
  const whole = join(folder, "whole.json");
  await writeFile(whole, JSON.stringify({ errors: [], stats: { expected: 3, unexpected: 0, flaky: 0 }, suites: [] }));
  const tally = await readTally(whole, tallyPlaywright, 1, { isWhole: true });
  expect(tally).toMatchObject({ passed: 3, failed: 0, secondTries: [expect.stringContaining("code 1")] });
  expect(await readTally(whole, tallyPlaywright, 1)).toMatchObject({ passed: 3, failed: 1 });
  await rm(folder, { recursive: true });
});
