import { checkBrowserBundle } from "./check/browser-bundle.ts";
import { type Outcome, outcomeOf } from "./check/command.ts";
import { checkConfigurationDocs } from "./check/configuration-docs.ts";
import { checkImportDirections } from "./check/import-directions.ts";
import { checkLockfile } from "./check/lockfile.ts";
import { checkMachinePaths } from "./check/machine-paths.ts";
import { checkMigrations } from "./check/migrations.ts";
import { checkTypes } from "./check/types.ts";

/** Everything that can be said about the project without running it, cheap to dear. */
const STEPS: Record<string, () => Promise<Outcome>> = {
  lockfile: checkLockfile,
  "machine paths": checkMachinePaths,
  "configuration docs": checkConfigurationDocs,
  formatting: () => outcomeOf("biome", ["format", "--error-on-warnings"]),
  lint: () => outcomeOf("oxlint", ["--type-aware", "--deny-warnings", "--report-unused-disable-directives"]),
  "import directions": checkImportDirections,
  "dead code": () => outcomeOf("knip", ["--no-config-hints"]),
  migrations: checkMigrations,
  types: checkTypes,
  "browser bundle": checkBrowserBundle,
};

const MARKS = { passed: "ok    ", failed: "FAILED", skipped: "skip  " } as const;

/** Runs every step (or only those named on the command line) to its end, so that one run shows all there is to mend. */
async function main(asked: string[]): Promise<void> {
  // npm takes the `--` away, a direct call leaves it.
  const names = asked.filter((name) => name !== "--");
  const unknown = names.filter((name) => !(name in STEPS));
  if (unknown.length > 0) throw new Error(`No step ${unknown.join(", ")}; there are: ${Object.keys(STEPS).join(", ")}`);
  const wanted = Object.entries(STEPS).filter(([name]) => names.length === 0 || names.includes(name));
  // TypeScript computes on one core for as long as all the others together, so it goes beside them.
  const lanes = [wanted.filter(([name]) => name === "types"), wanted.filter(([name]) => name !== "types")];
  const failed = (await Promise.all(lanes.map(runInTurn))).flat();
  console.log(failed.length === 0 ? "check: all good" : `check: failed: ${failed.join(", ")}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

/** @returns the names of those that failed. */
async function runInTurn(steps: [name: string, step: () => Promise<Outcome>][]): Promise<string[]> {
  const failed: string[] = [];
  for (const [name, step] of steps) if ((await runStep(name, step)) === "failed") failed.push(name);
  return failed;
}

async function runStep(name: string, step: () => Promise<Outcome>): Promise<Outcome["state"]> {
  const startedAt = performance.now();
  const { state, note = "", details } = await step().catch(toFailure);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${MARKS[state]} ${name.padEnd(18)} ${seconds.padStart(5)} s  ${note}`.trimEnd());
  if (state === "failed") console.log(details?.trimEnd());
  return state;
}

/** A step that breaks is a step that found something; its stack says where. */
function toFailure(error: unknown): Outcome {
  return { state: "failed", details: error instanceof Error ? error.stack : String(error) };
}

await main(process.argv.slice(2));
