import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { z } from "zod";

/** How the tests of one phase went. */
export interface Tally {
  passed: number;
  failed: number;
  /** One line for each that failed, with its reason: said at the very end, where it is found. */
  failures: string[];
  /** One line for each that failed beside all the others and passed when it was run again. */
  secondTries: string[];
}

const VitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(""),
      assertionResults: z.array(
        z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

interface PlaywrightSuite {
  specs?: z.infer<typeof PlaywrightSpec>[] | undefined;
  suites?: PlaywrightSuite[] | undefined;
}
const PlaywrightSpec = z.object({
  title: z.string(),
  file: z.string(),
  line: z.number(),
  tests: z.array(
    z.object({
      status: z.string(),
      results: z.array(z.object({ error: z.object({ message: z.string().optional() }).optional() })),
    }),
  ),
});
const PlaywrightSuite: z.ZodType<PlaywrightSuite> = z.object({
  specs: z.array(PlaywrightSpec).optional(),
  suites: z.lazy(() => z.array(PlaywrightSuite)).optional(),
});
const PlaywrightReport = z.object({
  errors: z.array(z.object({ message: z.string().optional() })),
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
  suites: z.array(PlaywrightSuite).default([]),
});

/** A file that could not even be loaded holds no failed test, but it counts as one. */
export function tallyVitest(report: unknown): Tally {
  const { numPassedTests, testResults } = VitestReport.parse(report);
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === "failed");
    if (failed.length === 0) return status === "failed" ? [lineOf(pathOf(name), "could not be run", message)] : [];
    return failed.map((test) => lineOf(pathOf(name), test.fullName, test.failureMessages?.[0]));
  });
  return { passed: numPassedTests, failed: failures.length, failures, secondTries: [] };
}

/** The files that hold a failure, as paths below the root. */
export function failedFiles(report: unknown): string[] {
  const { testResults } = VitestReport.parse(report);
  return testResults.filter(({ status }) => status === "failed").map(({ name }) => pathOf(name));
}

/**
 * What stands after the failed files were run once more, alone: what passed then is told as a second try, what failed
 * again is a failure.
 */
export function joinSecondTry(first: Tally, second: Tally): Tally {
  const known = new Set(first.failures.map(titleOf));
  const again = new Set(second.failures.map(titleOf));
  // A second run that failed in a way the first did not says nothing for the others.
  const isNew = second.failures.some((failure) => !known.has(titleOf(failure)));
  const secondTries = isNew ? [] : first.failures.filter((failure) => !again.has(titleOf(failure)));
  const passed = first.passed + secondTries.length;
  return { passed, failed: second.failed, failures: second.failures, secondTries };
}

/** Playwright itself runs a failed walk once more where that is set; what passes then it calls flaky. */
export function tallyPlaywright(report: unknown): Tally {
  const { errors, stats, suites } = PlaywrightReport.parse(report);
  const specs = suites.flatMap(specsOf);
  const linesOf = (status: string) =>
    specs.flatMap(({ file, line, title, tests }) =>
      tests
        .filter((test) => test.status === status)
        .map(({ results }) => lineOf(`e2e/${file}:${line}`, title, results.find(({ error }) => error)?.error?.message)),
    );
  const failures = [
    ...linesOf("unexpected"),
    ...errors.map(({ message }) => lineOf("e2e", "could not be run", message)),
  ];
  const passed = stats.expected + stats.flaky;
  return { passed, failed: stats.unexpected + errors.length, failures, secondTries: linesOf("flaky") };
}

function specsOf({ specs = [], suites = [] }: PlaywrightSuite): z.infer<typeof PlaywrightSpec>[] {
  return [...specs, ...suites.flatMap(specsOf)];
}

/**
 * Reads a report and holds it against the exit code: a run that failed without a failed test (no report, coverage below
 * its threshold, a crash at the end) is one failure. A report that `isWhole` is written after everything was stopped and
 * holds the errors outside of tests too: a runner that dies behind it is told, but takes nothing back.
 */
export async function readTally(
  file: string,
  read: (report: unknown) => Tally,
  exitCode: number,
  { isWhole = false } = {},
): Promise<Tally> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  const tally = text === undefined ? { passed: 0, failed: 0, failures: [], secondTries: [] } : read(JSON.parse(text));
  if (exitCode === 0 || tally.failed > 0) return tally;
  if (isWhole && tally.passed > 0)
    return {
      ...tally,
      secondTries: [...tally.secondTries, `The runner ended with code ${exitCode} behind its report.`],
    };
  return { ...tally, failed: 1, failures: [`It ended with code ${exitCode} and named no test.`] };
}

const pathOf = (file: string) => relative(process.cwd(), file);
const titleOf = (line: string) => line.split("\n")[0];

function lineOf(place: string, title: string, message = ""): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of a terminal begin with one.
  const said = message.replace(/\u001b\[[0-9;]*m/g, "").trim();
  const reason = said.split("\n").slice(0, 6).join("\n    ");
  return reason ? `${place} › ${title}\n    ${reason}` : `${place} › ${title}`;
}
