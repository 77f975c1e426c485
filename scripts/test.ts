import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./check/command.ts";
import { findChromium } from "./chromium.ts";
import { installPrerequisites } from "./test/prerequisites.ts";
import { readTally, type Tally, tallyPlaywright, tallyVitest } from "./test/results.ts";

/** Runs everything that can show a fault, each phase to its end, and ends with one line that sums them up. */
async function main(full: boolean): Promise<void> {
  const reports = await mkdtemp(join(tmpdir(), "entourage-test-"));
  process.env.NEXT_TELEMETRY_DISABLED = "1";
  const env = { ...process.env, ENTOURAGE_TEST_FULL: full ? "1" : "0" };
  try {
    installPrerequisites();
    const tallies = [await check(), await testByVitest(join(reports, "vitest.json"), env)];
    const built = await build();
    tallies.push(built);
    if (built.failed === 0) tallies.push(await conform());
    if (built.failed === 0) tallies.push(await walk(join(reports, "playwright.json"), env));
    const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
    const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
    console.log(`\n${passed} passed, ${failed} failed`);
    process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
}

async function check(): Promise<Tally> {
  return asTally(await run("Checks", ["scripts/check.ts"]));
}

async function testByVitest(report: string, env: NodeJS.ProcessEnv): Promise<Tally> {
  const command = ["node_modules/vitest/vitest.mjs", "run", "--coverage"];
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const exitCode = await run("Unit and integration tests", [...command, ...reporters], env);
  return readTally(report, tallyVitest, exitCode);
}

/** What a browser is sent can only be looked at once it is built. */
async function build(): Promise<Tally> {
  const exitCode = await run("Build", ["scripts/build.ts"]);
  return asTally(exitCode || (await run("Browser bundle", ["scripts/check.ts", "browser bundle"])));
}

async function conform(): Promise<Tally> {
  return asTally(await run("Conformance to the Model Context Protocol", ["scripts/conformance.ts"]));
}

async function walk(report: string, env: NodeJS.ProcessEnv): Promise<Tally> {
  // A machine of a person may lack a browser (it was said above); one that guards the main branch may not.
  if (!findChromium()) return { passed: 0, failed: process.env.CI ? 1 : 0 };
  const command = ["node_modules/@playwright/test/cli.js", "test", "--reporter=list,json"];
  const exitCode = await run("Walks in a browser", command, { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: report });
  return readTally(report, tallyPlaywright, exitCode);
}

function asTally(exitCode: number): Tally {
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/**
 * Runs one phase with its output shown as it comes. A signal to us goes on to it, so that it stops what it started; then
 * nothing else is begun.
 */
function run(title: string, args: string[], env = process.env): Promise<number> {
  console.log(`\n── ${title} ──`);
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ["ignore", "inherit", "inherit"] });
    let stoppedBy: NodeJS.Signals | undefined;
    const stop = (signal: NodeJS.Signals) => {
      stoppedBy = signal;
      child.kill(signal);
    };
    process.on("SIGINT", stop).on("SIGTERM", stop);
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("SIGINT", stop).off("SIGTERM", stop);
      console.log(`── ${title}: ${((performance.now() - startedAt) / 1000).toFixed(0)} s ──`);
      if (stoppedBy) reject(new Error(`Stopped by ${stoppedBy} during: ${title}`));
      else resolve(code ?? 1);
    });
  });
}

await main(process.argv.includes("--full"));
