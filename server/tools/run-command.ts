import { z } from "zod";
import { AppError } from "../errors.ts";
import { chooseSandbox } from "../sandbox/choose.ts";
import type { SandboxResult } from "../sandbox/sandbox.ts";
import { builtIn } from "./built-in.ts";
import { schemaOf } from "./parameters.ts";
import type { Tool, ToolContext, ToolDeps } from "./tool.ts";

const mostSeconds = 600;
const input = z.strictObject({
  command: z.string().min(1).max(10_000).describe("For `sh -c`, in the workspace. No network."),
  timeoutSeconds: z.int().min(1).max(mostSeconds).optional().describe("120 when left out."),
});

/** Limits of one command: a build and its tests, not a machine. */
const limits = { outputLimitBytes: 60_000, memoryMb: 2_048, processLimit: 512 };

/** A command of the model runs where gates run, or not at all: never as the server's user unless that was switched on. */
export const runCommandTool = (deps: ToolDeps): Tool => ({
  ...builtIn.runCommand,
  parameters: schemaOf(input),
  timeoutSeconds: mostSeconds + 15,
  execute: async (context, raw) => runCommand(deps, context, input.parse(raw)),
});

async function runCommand(
  { runtime }: ToolDeps,
  { workspacePath, signal }: ToolContext,
  { command, timeoutSeconds = 120 }: z.output<typeof input>,
): Promise<string> {
  if (workspacePath === undefined) throw new AppError("conflict", "This task has no workspace.");
  if (command.includes("\0")) throw new AppError("invalid", "A command has no zero characters.");
  const { provider } = await chooseSandbox(runtime.settings);
  const result = await provider.run({
    ...{ directory: workspacePath, command, timeoutSeconds, ...limits, network: "none", signal, env: { CI: "true" } },
  });
  signal.throwIfAborted();
  return `${inWords(result, timeoutSeconds)}\n${result.output}`;
}

function inWords({ exitCode, killedBy }: SandboxResult, timeoutSeconds: number): string {
  if (killedBy === "timeout") return `stopped after ${timeoutSeconds} s`;
  if (killedBy === "memory") return `stopped: it used more than ${limits.memoryMb} MB of memory`;
  if (killedBy === "output") return "stopped: it printed without end";
  return exitCode === null ? "stopped by a signal" : `exit code ${exitCode}`;
}
