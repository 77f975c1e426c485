import { spawn } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { ROOT } from "../check/command.ts";

/** One run of the official suite: which of its two releases, what of it, and how much it is known to hold. */
export interface Run {
  title: string;
  release: "stable" | "next";
  args: readonly string[];
  /** Checks that must have passed at least: a suite that finds nothing to check passes too. */
  atLeast: number;
}

export interface Counts {
  passed: number;
  failed: number;
}

const check = z.object({ id: z.string(), status: z.string(), errorMessage: z.string().optional() });
const expectedFailures = (release: Run["release"]) => join(import.meta.dirname, `expected-failures-${release}.yml`);

/** Runs it against an address; what it says is shown only when something is not as expected. */
export async function runSuite({ title, release, args, atLeast }: Run, url: string): Promise<Counts> {
  const results = mkdtempSync(join(tmpdir(), "entourage-conformance-"));
  try {
    const program = join(ROOT, "node_modules", `mcp-conformance-${release}`, "dist", "index.js");
    const options = ["--url", url, "--output-dir", results, "--expected-failures", expectedFailures(release)];
    const { exitCode, output } = await run([program, "server", ...options, ...args]);
    const checks = globSync(join(results, "*", "checks.json")).flatMap((file) =>
      z.array(check).parse(JSON.parse(readFileSync(file, "utf8"))),
    );
    const passed = checks.filter(({ status }) => status === "SUCCESS").length;
    const failures = checks.filter(({ status }) => status === "FAILURE");
    const isTooLittle = passed < atLeast;
    const isUnexpected = exitCode !== 0 || isTooLittle || failures.length > 0;
    console.log(
      `${isUnexpected ? "FAILED" : "ok    "} ${title.padEnd(44)} ${passed} passed, ${failures.length} failed`,
    );
    if (isUnexpected) console.log(output);
    for (const { id, errorMessage } of failures) console.log(`  ${id}: ${errorMessage ?? ""}`);
    if (isTooLittle) console.log(`  Only ${passed} checks passed where ${atLeast} did before.`);
    return { passed, failed: Math.max(failures.length, isUnexpected ? 1 : 0) };
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

function run(args: string[]): Promise<{ exitCode: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => {
        output += data.toString();
      });
    child.on("error", reject);
    child.on("close", (code) => resolve({ exitCode: code ?? 1, output }));
  });
}
