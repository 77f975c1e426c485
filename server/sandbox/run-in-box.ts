import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId } from "#server/ids.ts";
import type { BoxProcess, BoxProvider, BoxSpec } from "./box.ts";
import { OutputKeeper } from "./output.ts";
import { FLOOD_FACTOR, type SandboxProvider, type SandboxRequest, type SandboxResult } from "./sandbox.ts";

const MEGABYTES_ON_DISK = 16_384;
const CPUS = 4;

/**
 * Runs single commands where only sandboxes that stay are offered: one is made for each, and goes with it. `services` of
 * ours enter each of them.
 */
export function runInBoxes(boxes: BoxProvider, services: BoxSpec["services"] = []): SandboxProvider {
  return {
    name: boxes.name,
    isolated: boxes.isolated,
    available: () => boxes.available(),
    run: async (request) => {
      request.signal?.throwIfAborted();
      const home = await mkdtemp(join(tmpdir(), "entourage-run-"));
      const id = newId();
      try {
        await boxes.create({ ...specOf(request, id, home), services });
        await boxes.start(id);
        return await runToItsEnd(boxes, id, request);
      } finally {
        await boxes.remove(id);
        await rm(home, { recursive: true, force: true });
      }
    },
  };
}

function specOf({ directory, readOnly, writable, memoryMb, processLimit }: SandboxRequest, id: string, home: string) {
  const limits = { memoryMb, cpus: CPUS, processes: processLimit, diskMb: MEGABYTES_ON_DISK };
  const spec: BoxSpec = { id, workspace: directory, home, services: [], env: {}, limits, labels: { kind: "run" } };
  return { ...spec, ...(readOnly ? { readOnly } : {}), ...(writable ? { writable } : {}) };
}

async function runToItsEnd(boxes: BoxProvider, id: string, request: SandboxRequest): Promise<SandboxResult> {
  const startedAt = performance.now();
  const output = new OutputKeeper(request.outputLimitBytes, request.onOutput);
  const { command, env = {} } = request;
  // One stream for both outputs keeps their order.
  const args = ["sh", "-c", 'exec "$@" 2>&1', "sh", ...(typeof command === "string" ? ["sh", "-c", command] : command)];
  const program = await boxes.spawn(id, { args, env });
  let killedBy: SandboxResult["killedBy"];
  const stop = (reason: NonNullable<SandboxResult["killedBy"]>) => {
    killedBy ??= reason;
    // What it started outside its process group ends with the box.
    void boxes.stop(id).catch(() => program.kill("SIGKILL"));
  };
  const timer = setTimeout(() => stop("timeout"), request.timeoutSeconds * 1000);
  const abort = () => stop("abort");
  request.signal?.addEventListener("abort", abort);
  if (request.signal?.aborted) abort();
  try {
    const exit = await outcome(program, output, () => {
      if (output.totalBytes > request.outputLimitBytes * FLOOD_FACTOR) stop("output");
    });
    if (killedBy === undefined && exit.killedBy !== undefined)
      killedBy = exit.killedBy === "memory" ? "memory" : "signal";
    return {
      exitCode: killedBy === undefined ? exit.exitCode : null,
      timedOut: killedBy === "timeout",
      outputTruncated: output.truncated,
      output: output.text(),
      durationMs: Math.round(performance.now() - startedAt),
      ...(killedBy === undefined ? {} : { killedBy }),
    };
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener("abort", abort);
  }
}

async function outcome(program: BoxProcess, output: OutputKeeper, onMore: () => void) {
  program.stdin.end();
  program.stderr?.resume();
  const read = new Promise<void>((resolve) => program.stdout.once("end", resolve).once("close", resolve));
  program.stdout.on("data", (chunk: Buffer) => {
    output.add(chunk);
    onMore();
  });
  const exit = await program.exited;
  await read;
  return exit;
}
