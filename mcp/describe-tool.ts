import type { z } from "zod";
import { inputSchemaOf, outputSchemaOf } from "./json-schema.ts";

/** What using a tool does to what is there. */
export type Effect = "reads" | "writes" | "destroys";

export type Description = ReturnType<typeof describeTool>;

/** A tool as `tools/list` tells of it. */
export function describeTool({ name, summary, input, output, hints }: Told, effect: Effect) {
  return {
    name,
    title: titleOf(name),
    description: summary,
    inputSchema: inputSchemaOf(input),
    ...(output && { outputSchema: outputSchemaOf(output) }),
    // What is not said is the protocol's default: it may write, destroy, and differ when repeated.
    annotations: {
      ...(effect === "reads" && { readOnlyHint: true }),
      ...(effect === "writes" && { destructiveHint: false }),
      ...(effect !== "reads" && hints?.idempotent && { idempotentHint: true }),
      openWorldHint: false,
    },
  };
}

interface Told {
  name: string;
  summary: string;
  input: z.ZodObject;
  /** Left out where the result is another operation's. */
  output?: z.ZodObject;
  hints?: { idempotent?: boolean };
}

/** `wait_for_work` → `Wait for work`. */
function titleOf(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll("_", " ")}`;
}
