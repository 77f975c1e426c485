import { z } from "zod";
import { AppError } from "../errors.ts";
import { builtIn } from "./built-in.ts";
import { namesIn, openInside, partsOf } from "./confined.ts";
import { schemaOf } from "./parameters.ts";
import type { Tool, ToolContext } from "./tool.ts";

const input = z.strictObject({
  path: z
    .string()
    .max(1_000)
    .describe("Relative to the workspace; of a folder the names in it are given, `.` is the top."),
  fromLine: z.int().min(1).optional().describe("The first line to give; 1 when left out."),
  lines: z.int().min(1).max(5_000).optional().describe("How many lines to give; 1000 when left out."),
});

const mostBytes = 4 * 1024 * 1024;
const mostNames = 500;

export const readFileTool: Tool = {
  ...builtIn.readFile,
  parameters: schemaOf(input),
  execute: async (context, raw) => readFile(context, input.parse(raw)),
};

async function readFile({ workspacePath }: ToolContext, asked: z.output<typeof input>): Promise<string> {
  if (workspacePath === undefined) throw new AppError("conflict", "This task has no workspace.");
  const parts = partsOf(asked.path);
  const handle = await openInside(workspacePath, parts);
  try {
    const found = await handle.stat();
    if (found.isDirectory()) return (await namesIn(workspacePath, parts, mostNames)).join("\n") || "(an empty folder)";
    const bytes = Buffer.alloc(Math.min(found.size, mostBytes));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return show(bytes.subarray(0, bytesRead), { ...asked, isCut: found.size > mostBytes });
  } finally {
    await handle.close();
  }
}

function show(
  bytes: Buffer,
  { path, fromLine = 1, lines = 1_000, isCut }: z.output<typeof input> & { isCut: boolean },
): string {
  // The same test as git's: a zero byte near the start.
  if (bytes.subarray(0, 8_000).includes(0)) throw new AppError("invalid", `${path} is not text.`);
  const all = bytes.toString("utf8").split("\n");
  const shown = all.slice(fromLine - 1, fromLine - 1 + lines);
  if (shown.length === 0) throw new AppError("invalid", `${path} has ${all.length} lines.`);
  const left = all.length - (fromLine - 1 + shown.length);
  const rest = isCut ? "more than 4 MB" : `${left} more lines`;
  return left > 0 || isCut
    ? `${shown.join("\n")}\n… ${rest}; go on with fromLine ${fromLine + shown.length}.`
    : shown.join("\n");
}
