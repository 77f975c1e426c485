import { z } from "zod";

type JsonSchema = z.core.JSONSchema.JSONSchema;
type ObjectSchema = JsonSchema & { type: "object" };

/** A schema as agents read it: every byte of it is paid for in tokens by every session, so what says nothing goes. */
export function inputSchemaOf(schema: z.ZodObject): ObjectSchema {
  const json = z.toJSONSchema(schema, { io: "input", override });
  delete json.$schema;
  return { ...json, type: "object" };
}

/**
 * The same for a result. Nothing at its top is required, so that the structured content of a failure, `{ error }`, fits it
 * too: clients of the older era hold failures to this schema as well.
 */
export function outputSchemaOf(schema: z.ZodObject): ObjectSchema {
  const json = z.toJSONSchema(schema, { io: "output", override, reused: "ref" });
  delete json.$schema;
  delete json.required;
  return { ...json, type: "object" };
}

function override({ jsonSchema, zodSchema }: { jsonSchema: JsonSchema; zodSchema: z.core.$ZodTypes }): void {
  // `format` already says it; zod adds the regular expression of every UUID and time.
  if (jsonSchema.format) delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  // A result may grow; only an input that is strict says so.
  if (zodSchema._zod.def.type === "object" && zodSchema._zod.def.catchall === undefined)
    delete jsonSchema.additionalProperties;
}
