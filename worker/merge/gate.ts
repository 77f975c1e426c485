import { randomBytes } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { exportTree, removeDirectory } from "#server/git/checkout.ts";
import { type Attempt, holdStoppable, PausedError, recordGate, SupersededError } from "#server/merges/jobs.ts";
import { findPassedGate } from "#server/merges/service.ts";
import type { SandboxResult } from "#server/sandbox/sandbox.ts";
import { type Go, StoppedError } from "./go.ts";
import { clearGate } from "./leftovers.ts";

const MEMORY_MB = 2048;
const PROCESS_LIMIT = 512;

export type GateResult =
  | { passed: true; gateRunId: string }
  | { passed: false; gateRunId: string; outcome: string; output: string };

/** Runs the gate on exactly the tree that would become the default branch; one that passed already is not run again. */
export async function passGate(
  go: Go,
  attempt: Attempt,
  candidate: { commit: string; tree: string },
): Promise<GateResult> {
  const { repo } = go.sourced;
  const command = repo.gateCommand;
  const known = await go.transaction((context) =>
    findPassedGate(context, { repoId: repo.id, tree: candidate.tree, command }),
  );
  if (known) return { passed: true, gateRunId: known };
  const ran = command === "" ? nothingToRun : await runGate(go, attempt, candidate.commit);
  const { sandbox, exitCode, outcome, durationMs, passed, output } = ran;
  const gateRunId = await go.transaction((context) =>
    recordGate(context, attempt, {
      ...{ repoId: repo.id, tree: candidate.tree, command, sandbox, passed, exitCode, outcome, durationMs, output },
    }),
  );
  return passed ? { passed, gateRunId } : { passed, gateRunId, outcome, output };
}

interface Ran {
  sandbox: string;
  passed: boolean;
  exitCode: number | null;
  outcome: string;
  durationMs: number;
  output: string;
}

const nothingToRun: Ran = {
  sandbox: "none",
  passed: true,
  exitCode: null,
  outcome: "passed: the repository has no gate",
  durationMs: 0,
  output: "",
};

async function runGate(go: Go, attempt: Attempt, commit: string): Promise<Ran> {
  const { settings } = go.runtime;
  const { gateCommand, gateTimeoutSeconds } = go.sourced.repo;
  const provider = await go.sandbox();
  const directory = await freshDirectory(settings.dataDir, attempt.job.id);
  const stop = watch(go, attempt);
  try {
    await exportTree(go.repository, commit, directory);
    const result = await provider.run({
      directory,
      command: gateCommand,
      env: { CI: "true" },
      timeoutSeconds: gateTimeoutSeconds,
      outputLimitBytes: settings.gateOutputLimitBytes,
      memoryMb: MEMORY_MB,
      processLimit: PROCESS_LIMIT,
      network: "none",
      signal: stop.signal,
    });
    if (result.killedBy === "abort") stop.explain();
    // Postgres keeps no zero bytes, and half a character at a cut would not be stored either.
    const output = result.output.replaceAll("\0", "\u2400").toWellFormed();
    const { exitCode, durationMs } = result;
    const passed = exitCode === 0 && result.killedBy === undefined;
    return { sandbox: provider.name, passed, exitCode, outcome: inWords(result, go), durationMs, output };
  } catch (error) {
    if (stop.signal.aborted) stop.explain();
    throw error;
  } finally {
    stop.end();
    await removeDirectory(directory).catch((error: unknown) => go.log.warn({ error, directory }, "gate left files"));
  }
}

function inWords({ exitCode, killedBy }: SandboxResult, { runtime, sourced }: Go): string {
  if (killedBy === "timeout") return `timed out after ${sourced.repo.gateTimeoutSeconds} s`;
  if (killedBy === "memory") return `used more than ${MEMORY_MB} MB of memory`;
  if (killedBy === "output") return `printed far more than ${runtime.settings.gateOutputLimitBytes} bytes`;
  if (killedBy !== undefined || exitCode === null) return "was killed";
  return exitCode === 0 ? "passed" : `exit code ${exitCode}`;
}

/** A directory of the attempt's own; what an attempt that died left of the same job goes away. */
async function freshDirectory(dataDir: string, jobId: string): Promise<string> {
  const parent = join(dataDir, "gates");
  await mkdir(parent, { recursive: true, mode: 0o700 });
  for (const left of await readdir(parent)) {
    if (left.startsWith(jobId)) await clearGate(join(parent, left));
  }
  const directory = join(parent, `${jobId}-${randomBytes(4).toString("hex")}`);
  await mkdir(directory);
  return directory;
}

/** Ends the gate when the worker stops, when the attempt does not count any more (its merge was cancelled), or at a hard pause. */
function watch(go: Go, attempt: Attempt) {
  const controller = new AbortController();
  let asking = false;
  let why: Error | undefined;
  const onStop = () => controller.abort();
  const look = async () => {
    if (asking || controller.signal.aborted) return;
    asking = true;
    await go
      .transaction((context) => holdStoppable(context, attempt))
      .catch((error: unknown) => {
        if (!(error instanceof SupersededError || error instanceof PausedError)) return;
        why = error;
        controller.abort();
      });
    asking = false;
  };
  const off = go.runtime.wake.on("task_status_changed", () => void look());
  go.signal.addEventListener("abort", onStop);
  if (go.signal.aborted) onStop();
  return {
    signal: controller.signal,
    explain(): never {
      throw go.signal.aborted ? new StoppedError("the worker stops") : (why ?? new SupersededError("it was cancelled"));
    },
    end() {
      off();
      go.signal.removeEventListener("abort", onStop);
    },
  };
}
