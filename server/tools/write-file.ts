import { z } from "zod";
import { AppError } from "../errors.ts";
import { builtIn } from "./built-in.ts";
import { partsOf, writeInside } from "./confined.ts";
import { schemaOf } from "./parameters.ts";
import type { Tool } from "./tool.ts";

const input = z.strictObject({
  path: z.string().min(1).max(1_000).describe("Relative to the workspace; folders on the way are made."),
  content: z.string().max(1_000_000).describe("The whole file."),
});

export const writeFileTool: Tool = {
  ...builtIn.writeFile,
  parameters: schemaOf(input),
  isRepeatable: true,
  execute: async ({ workspacePath }, raw) => {
    if (workspacePath === undefined) throw new AppError("conflict", "This task has no workspace.");
    const { path, content } = input.parse(raw);
    const parts = partsOf(path);
    const how = await writeInside(workspacePath, parts, content);
    return `${how === "created" ? "Created" : "Replaced"} ${parts.join("/")} (${Buffer.byteLength(content)} bytes).`;
  },
};
