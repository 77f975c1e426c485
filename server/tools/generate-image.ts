import { createHash } from "node:crypto";
import { z } from "zod";
import type { Settings } from "../context.ts";
import { AppError } from "../errors.ts";
import { builtIn } from "./built-in.ts";
import { drawPicture } from "./comfy.ts";
import { partsOf, writeInside } from "./confined.ts";
import { schemaOf } from "./parameters.ts";
import type { Tool, ToolContext } from "./tool.ts";

const side = z.int().min(64).max(2_048).multipleOf(8).optional().describe("Pixels; 1024 when left out.");
const input = z.strictObject({
  prompt: z.string().min(1).max(5_000).describe("What is to be seen."),
  path: z
    .string()
    .min(1)
    .max(1_000)
    .regex(/\.(png|PNG)$/, "must end in .png")
    .describe("Where the PNG goes, relative to the workspace."),
  avoid: z.string().max(5_000).optional().describe("What is not to be seen."),
  width: side,
  height: side,
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional().describe("Another number, another picture."),
});

/** A picture takes a graphics card seconds and a processor minutes. */
const timeoutSeconds = 600;

/** The tool that draws, where whoever runs this installation named an image server. */
export const imageTools = ({ images }: Settings): Tool[] =>
  images
    ? [
        {
          ...builtIn.generateImage,
          parameters: schemaOf(input),
          // The same words draw the same picture in the same place.
          isRepeatable: true,
          timeoutSeconds,
          execute: async (context, raw) => generateImage(images, context, input.parse(raw)),
        },
      ]
    : [];

async function generateImage(
  images: NonNullable<Settings["images"]>,
  { workspacePath, signal }: ToolContext,
  { prompt, path, avoid = "", width = 1_024, height = 1_024, seed = seedOf(prompt) }: z.output<typeof input>,
): Promise<string> {
  if (workspacePath === undefined) throw new AppError("conflict", "This task has no workspace.");
  const parts = partsOf(path);
  const bytes = await drawPicture(images, { prompt, avoid, width, height, seed }, signal);
  const how = await writeInside(workspacePath, parts, bytes);
  return `${how === "created" ? "Created" : "Replaced"} ${parts.join("/")} (${width} × ${height}, ${bytes.byteLength} bytes, seed ${seed}).`;
}

/** Six bytes of the words' hash: a safe integer. */
const seedOf = (prompt: string): number => createHash("sha256").update(prompt).digest().readUIntBE(0, 6);
