import { spawnSync } from "node:child_process";
import { z } from "zod";
import { startProduct } from "../e2e/product.ts";
import { buildWhenNeeded } from "./build.ts";
import { ROOT } from "./check/command.ts";
import { startKeyProxy } from "./conformance/key-proxy.ts";
import { type Counts, type Run, runSuite } from "./conformance/suite.ts";

/**
 * The official conformance suite of the Model Context Protocol against the built product. 0.1.16 is its last release;
 * 0.2.0-alpha.12 holds each revision to its own list, of which the second includes the tasks extension.
 */
const RUNS: readonly Run[] = [
  { title: "0.1.16, all", release: "stable", args: ["--suite", "all"], atLeast: 44 },
  {
    title: "0.2.0-alpha.12, revision 2025-11-25",
    release: "next",
    args: ["--requirements", "2025-11-25"],
    atLeast: 84,
  },
  {
    title: "0.2.0-alpha.12, revision 2026-07-28 and tasks",
    release: "next",
    args: ["--requirements", "2026-07-28"],
    atLeast: 196,
  },
];

/** Starts the product with the suite's fixtures, or takes the one at `CONFORMANCE_URL` with the key `CONFORMANCE_KEY`. */
async function main(): Promise<void> {
  const { CONFORMANCE_URL: url, CONFORMANCE_KEY: key } = process.env;
  if (url && key) return report(await runAll(url, key));
  await buildWhenNeeded(console.log);
  const product = await startProduct({
    settings: {
      ENTOURAGE_MCP_CONFORMANCE: "1",
      ENTOURAGE_PROFILE: "staging",
      ENTOURAGE_RATE_PER_ACTOR: "1000000",
      ENTOURAGE_RATE_PER_ADDRESS: "1000000",
    },
    log: "conformance.log",
  });
  try {
    report(await runAll(product.url, makeKey(product.dataDir)));
  } finally {
    await product.stop();
  }
}

async function runAll(target: string, key: string): Promise<Counts> {
  const proxy = await startKeyProxy(target, key);
  const total = { passed: 0, failed: 0 };
  try {
    for (const run of RUNS) {
      const counts = await runSuite(run, `${proxy.url}/mcp`);
      total.passed += counts.passed;
      total.failed += counts.failed;
    }
    return total;
  } finally {
    await proxy.stop();
  }
}

function makeKey(dataDir: string): string {
  const person = ["--email", "conformance@example.org", "--password", "only for this run of the suite"];
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["scripts/bootstrap.ts", ...person, "--org", "Conformance", "--json"],
    { cwd: ROOT, env: { ...process.env, ENTOURAGE_DATA_DIR: dataDir }, encoding: "utf8" },
  );
  if (!stdout.startsWith("{")) throw new Error(`No key could be made: ${stderr}`);
  return z.object({ apiKey: z.string() }).parse(JSON.parse(stdout)).apiKey;
}

function report({ passed, failed }: Counts): void {
  console.log(`conformance: ${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

await main();
