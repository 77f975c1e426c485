import { type ChildProcess, spawn } from "node:child_process";
import { type Cgroup, createCgroup, findCgroupHome } from "./cgroup.ts";
import { wholeEnvironment } from "./inside/environment.ts";
import { joinAndBecome } from "./join.ts";
import { watchMemory } from "./memory-watch.ts";
import { OutputKeeper } from "./output.ts";
import { FLOOD_FACTOR, type SandboxRequest, type SandboxResult } from "./sandbox.ts";

interface Start {
  args: string[];
  env: Record<string, string>;
  workingDirectory: string;
  /** An open file that becomes descriptor 3. */
  descriptor?: number | undefined;
}

/** Starts an argument array under the request's limits, waits for it and ends everything it started. */
export async function launch(request: SandboxRequest, start: Start): Promise<SandboxResult> {
  request.signal?.throwIfAborted();
  const home = await findCgroupHome();
  const group = home === null ? null : await createCgroup(home, request);
  try {
    return await runToItsEnd(request, start, group);
  } finally {
    await group?.remove();
  }
}

async function runToItsEnd(request: SandboxRequest, start: Start, group: Cgroup | null): Promise<SandboxResult> {
  const startedAt = performance.now();
  const output = new OutputKeeper(request.outputLimitBytes, request.onOutput);
  // One pipe for both outputs keeps their order.
  const limits = {
    joinFiles: group?.joinFiles ?? [],
    keptDescriptors: start.descriptor === undefined ? 3 : 4,
    errorsWithOutput: true,
  };
  const [shell = "/bin/sh", ...args] = joinAndBecome(start.args, limits);
  const child = spawn(shell, args, {
    cwd: start.workingDirectory,
    env: wholeEnvironment(start.env),
    stdio: ["ignore", "pipe", "ignore", ...(start.descriptor === undefined ? [] : [start.descriptor])],
    detached: true,
  });
  const memoryBytes = request.memoryMb * 1024 * 1024;
  let killedBy: SandboxResult["killedBy"];
  const stop = (reason: NonNullable<SandboxResult["killedBy"]>) => {
    killedBy ??= reason;
    killTree(child, group);
  };
  const timer = setTimeout(() => stop("timeout"), request.timeoutSeconds * 1000);
  const abort = () => stop("abort");
  request.signal?.addEventListener("abort", abort);
  // It may have come while the limits were made: a signal that is over calls nobody.
  if (request.signal?.aborted) abort();
  child.stdout?.on("data", (chunk: Buffer) => {
    output.add(chunk);
    if (output.totalBytes > request.outputLimitBytes * FLOOD_FACTOR) stop("output");
  });
  const watched = group === null ? child.pid : undefined;
  const endWatch = watched === undefined ? null : watchMemory(watched, memoryBytes, () => stop("memory"));
  try {
    const { code, signal } = await ended(child, group);
    if (killedBy === undefined && (await group?.outOfMemory())) killedBy = "memory";
    if (killedBy === undefined && signal !== null) killedBy = "signal";
    return {
      exitCode: killedBy === undefined || killedBy === "memory" ? code : null,
      timedOut: killedBy === "timeout",
      outputTruncated: output.truncated,
      output: output.text(),
      durationMs: Math.round(performance.now() - startedAt),
      ...(killedBy === undefined ? {} : { killedBy }),
    };
  } finally {
    clearTimeout(timer);
    endWatch?.();
    request.signal?.removeEventListener("abort", abort);
  }
}

/** When the command itself ends, what it left running ends too; a process that escaped cannot hold the pipe open. */
function ended(child: ChildProcess, group: Cgroup | null): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", () => {
      killTree(child, group);
      setTimeout(() => child.stdout?.destroy(), 1000).unref();
    });
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
}

function killTree(child: ChildProcess, group: Cgroup | null): void {
  void group?.killAll();
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // All of the process group has ended.
  }
}
