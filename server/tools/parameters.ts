import { z } from "zod";
import type { JsonSchema } from "./tool.ts";

/** The JSON schema of our own tools' input, from the zod schema that reads it. */
export function schemaOf(input: z.ZodObject): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: "input" });
  return schema;
}
