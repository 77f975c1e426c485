import { spawn } from "node:child_process";
import { delimiter, dirname, join } from "node:path";

/** The folder of the project, whatever the folder the command was typed in. */
export const ROOT = join(import.meta.dirname, "../..");

/** What one step found: `skipped` says why nothing was looked at. */
export interface Outcome {
  state: "passed" | "failed" | "skipped";
  /** A few words for the step's line, such as how much was looked at. */
  note?: string;
  /** Everything a person needs to mend it; printed only when the step failed. */
  details?: string;
}

export interface CommandResult {
  exitCode: number;
  output: string;
}

/**
 * Runs a program of `node_modules/.bin` (or of PATH) with this very Node and gives back all it said. It never throws for
 * a program that fails: a failing check is an answer.
 */
export function runCommand(program: string, args: readonly string[]): Promise<CommandResult> {
  const searchPath = [dirname(process.execPath), join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter);
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", PATH: searchPath },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const collect = (chunk: Buffer) => (output += chunk.toString());
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => resolve({ exitCode: 127, output: `${program}: ${error.message}` }));
    child.on("close", (code) => resolve({ exitCode: code ?? 1, output }));
  });
}

/** A step that is nothing but a program: exit code 0 is a pass. */
export async function outcomeOf(program: string, args: readonly string[]): Promise<Outcome> {
  const { exitCode, output } = await runCommand(program, args);
  return exitCode === 0 ? { state: "passed" } : { state: "failed", details: output };
}

/** The project's files as git sees them, with those not yet added and without the ignored. */
export async function listProjectFiles(...patterns: string[]): Promise<string[]> {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "--", ...patterns];
  const { output } = await runCommand("git", args);
  return output.split("\0").filter(Boolean);
}
