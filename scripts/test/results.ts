import { readFile } from "node:fs/promises";
import { z } from "zod";

/** How many tests of one phase passed, and how many did not. */
export interface Tally {
  passed: number;
  failed: number;
}

const VitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});
const PlaywrightReport = z.object({
  errors: z.array(z.unknown()),
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
});

/** A file that could not even be loaded holds no failed test, but it counts as one. */
export function tallyVitest(report: unknown): Tally {
  const { numPassedTests, numFailedTests, testResults } = VitestReport.parse(report);
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  return { passed: numPassedTests, failed: numFailedTests + broken.length };
}

/** A flaky test is a failed one: it said no once. */
export function tallyPlaywright(report: unknown): Tally {
  const { errors, stats } = PlaywrightReport.parse(report);
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length };
}

/**
 * Reads a report and holds it against the exit code: a run that failed without a failed test (no report, coverage below
 * its threshold, a crash at the end) is one failure.
 */
export async function readTally(file: string, read: (report: unknown) => Tally, exitCode: number): Promise<Tally> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  const tally = text === undefined ? { passed: 0, failed: 0 } : read(JSON.parse(text));
  return exitCode !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}
