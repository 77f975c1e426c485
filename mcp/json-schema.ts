import { z } from "zod";
import { id } from "#server/ids.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;
type Outline = Record<string, unknown>;

/** A schema as agents read it: every byte of it is paid for in tokens by every session, so what says nothing goes. */
export function inputSchemaOf(schema: z.ZodObject): Outline {
  const json = z.toJSONSchema(schema, { io: "input", override: (at) => trim("input", at.jsonSchema, at.zodSchema) });
  delete json.$schema;
  return { ...json, type: "object" };
}

/**
 * What a result holds, two levels deep: the result tells the rest itself, and whole it would be four fifths of the list.
 * Nothing is required, so that the structured content of a failure, `{ error }`, fits it too: clients of the older era
 * hold failures to this schema as well.
 */
export function outputSchemaOf(schema: z.ZodObject): Outline {
  const json = z.toJSONSchema(schema, { io: "output", override: (at) => trim("output", at.jsonSchema, at.zodSchema) });
  return { ...outlineOf(json, 2), type: "object" };
}

function outlineOf(schema: JsonSchema, depth: number): Outline {
  const { type, format, enum: values, description, items, properties } = schema;
  const told = description === undefined ? {} : { description };
  const nullable = valueOfNullable(schema);
  if (nullable) {
    const value = outlineOf(nullable, depth);
    return value.type ? { ...value, ...told, type: [value.type, "null"] } : told;
  }
  if (type === "array" && depth > 0 && typeof items === "object" && !Array.isArray(items))
    return { type, ...told, items: outlineOf(items, depth) };
  if (type === "object" && depth > 0 && properties) {
    const outlined = Object.entries(properties).map(([name, property]) => {
      return [name, typeof property === "boolean" ? {} : outlineOf(property, depth - 1)] as const;
    });
    return { type, ...told, properties: Object.fromEntries(outlined) };
  }
  return { ...told, ...(type && { type }), ...(format && { format }), ...(values && depth > 0 && { enum: values }) };
}

/** The schema of what may be null instead; null in an enum would be refused by the value's own. */
function valueOfNullable({ anyOf }: JsonSchema): JsonSchema | undefined {
  const [value, nothing] = anyOf ?? [];
  return anyOf?.length === 2 && nothing?.type === "null" && value && !value.enum ? value : undefined;
}

function trim(io: "input" | "output", jsonSchema: JsonSchema, zodSchema: z.core.$ZodTypes): void {
  // `format` already says it (zod adds the regular expression of every UUID and time), or the description does; whoever
  // gets it wrong is told by our own refusal, in words.
  if (jsonSchema.format || jsonSchema.description) delete jsonSchema.pattern;
  // Every `…Id` says what it is by its name.
  if (jsonSchema.format === "uuid" && (io === "output" || jsonSchema.description === id.description))
    delete jsonSchema.description;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  // A result may grow; only an input that is strict says so.
  if (zodSchema._zod.def.type === "object" && zodSchema._zod.def.catchall === undefined)
    delete jsonSchema.additionalProperties;
}
