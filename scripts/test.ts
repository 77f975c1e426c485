import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./check/command.ts";
import { findChromium } from "./chromium.ts";
import { installPrerequisites } from "./test/prerequisites.ts";
import { failedFiles, joinSecondTry, readTally, type Tally, tallyPlaywright, tallyVitest } from "./test/results.ts";

/** More than a few are no bad luck. */
const mostRunAgain = 5;

/** Runs everything that can show a fault, each phase to its end, and ends with one line that sums them up. */
async function main(full: boolean): Promise<void> {
  const reports = await mkdtemp(join(tmpdir(), "entourage-test-"));
  process.env.NEXT_TELEMETRY_DISABLED = "1";
  const env = { ...process.env, ENTOURAGE_TEST_FULL: full ? "1" : "0" };
  try {
    installPrerequisites();
    // One after the other: both write the types of routes.
    const tallies = [await check()];
    // Before the tests: one of them starts what is built, and would build it beside all the others.
    const built = await build();
    tallies.push(built, await testByVitest(reports, env, full));
    if (built.failed === 0) tallies.push(await conform());
    if (built.failed === 0) tallies.push(await walk(join(reports, "playwright.json"), env));
    conclude(tallies);
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
}

async function check(): Promise<Tally> {
  return asTally(await run("Checks", ["scripts/check.ts"]), "Checks");
}

/** What failed beside all the others is run once more, alone: what passes then is told, not hidden. */
async function testByVitest(reports: string, env: NodeJS.ProcessEnv, full: boolean): Promise<Tally> {
  const report = join(reports, "vitest.json");
  const exitCode = await run("Unit and integration tests", vitest(report, full ? ["--coverage"] : []), env);
  const first = await readTally(report, tallyVitest, exitCode);
  const files =
    first.failed === 0
      ? []
      : await readFile(report, "utf8").then(
          (text) => failedFiles(JSON.parse(text)),
          () => [],
        );
  if (files.length === 0 || files.length > mostRunAgain) return first;
  const secondReport = join(reports, "vitest-again.json");
  const secondExit = await run("The failed ones again, alone", vitest(secondReport, ["--maxWorkers=1", ...files]), env);
  return joinSecondTry(first, await readTally(secondReport, tallyVitest, secondExit));
}

function vitest(report: string, more: string[]): string[] {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  return ["node_modules/vitest/vitest.mjs", "run", ...reporters, ...more];
}

/** What a browser is sent can only be looked at once it is built. */
async function build(): Promise<Tally> {
  const exitCode = await run("Build", ["scripts/build.ts"]);
  return asTally(exitCode || (await run("Browser bundle", ["scripts/check.ts", "browser bundle"])), "Build");
}

async function conform(): Promise<Tally> {
  const title = "Conformance to the Model Context Protocol";
  return asTally(await run(title, ["scripts/conformance.ts"]), title);
}

async function walk(report: string, env: NodeJS.ProcessEnv): Promise<Tally> {
  // A machine of a person may lack a browser (it was said above); one that guards the main branch may not.
  if (!findChromium()) return process.env.CI ? lacking("A browser is missing.") : { ...nothing };
  const command = ["node_modules/@playwright/test/cli.js", "test", "--reporter=list,json"];
  const exitCode = await run("Walks in a browser", command, { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: report });
  return readTally(report, tallyPlaywright, exitCode, { isWhole: true });
}

const nothing: Tally = { passed: 0, failed: 0, failures: [], secondTries: [] };
const lacking = (failure: string): Tally => ({ ...nothing, failed: 1, failures: [failure] });

function asTally(exitCode: number, phase: string): Tally {
  return exitCode === 0 ? { ...nothing, passed: 1 } : lacking(`${phase}: see above`);
}

/** The last words: whatever one has to know stands in them. */
function conclude(tallies: Tally[]): void {
  const secondTries = tallies.flatMap((tally) => tally.secondTries);
  const failures = tallies.flatMap((tally) => tally.failures);
  if (secondTries.length > 0) console.log(`\nPassed on the second try:\n  ${secondTries.join("\n  ")}`);
  if (failures.length > 0) console.log(`\nFailed:\n  ${failures.join("\n  ")}`);
  const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
  const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
  const tried = secondTries.length > 0 ? `, ${secondTries.length} of them on the second try` : "";
  console.log(`\n${passed} passed${tried}, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

/**
 * Runs one phase with its output shown as it comes. A signal to us goes on to it, so that it stops what it started; then
 * nothing else is begun.
 */
function run(title: string, args: string[], env = process.env): Promise<number> {
  console.log(`\n── ${title} ──`);
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ["ignore", "inherit", "pipe"] });
    const lastWords: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => {
      process.stderr.write(chunk);
      lastWords.splice(0, Math.max(0, lastWords.length - 20));
      lastWords.push(chunk);
    });
    let stoppedBy: NodeJS.Signals | undefined;
    const stop = (signal: NodeJS.Signals) => {
      stoppedBy = signal;
      child.kill(signal);
    };
    process.on("SIGINT", stop).on("SIGTERM", stop);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("SIGINT", stop).off("SIGTERM", stop);
      if (code !== 0) console.log(`${title} ended with ${signal ?? `code ${code}`}. ${tailOf(lastWords)}`);
      console.log(`── ${title}: ${((performance.now() - startedAt) / 1000).toFixed(0)} s ──`);
      if (stoppedBy) reject(new Error(`Stopped by ${stoppedBy} during: ${title}`));
      else resolve(code ?? 1);
    });
  });
}

/** What it complained about last: where output is cut, this is near its end. */
function tailOf(chunks: Buffer[]): string {
  const lines = Buffer.concat(chunks).toString("utf8").trimEnd().split("\n").slice(-20);
  return lines.join("") === "" ? "It complained about nothing." : `It complained at last:\n${lines.join("\n")}`;
}

await main(process.argv.includes("--full"));
