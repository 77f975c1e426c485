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
 * What a result holds, by name and kind and no deeper: the result tells the rest itself, and whole it would be four fifths
 * of the list. It is parsed by the whole schema before it is sent, all the same. Nothing is required, so that the
 * structured content of a failure, `{ error }`, fits it too: clients of the older era hold failures to this schema as well.
 */
export function outputSchemaOf(schema: z.ZodObject): Outline {
  const { properties = {} } = z.toJSONSchema(schema, {
    io: "output",
    override: (at) => trim("output", at.jsonSchema, at.zodSchema),
  });
  const outlined = Object.entries(properties).map(([name, property]) => [name, kindOf(property)] as const);
  return { type: "object", properties: Object.fromEntries(outlined) };
}

function kindOf(schema: JsonSchema | boolean): Outline {
  if (typeof schema === "boolean") return {};
  const { type, format, enum: values, description } = schema;
  const told = description === undefined ? {} : { description };
  const value = valueOfNullable(schema);
  if (value) return value.type ? { ...told, type: [value.type, "null"] } : told;
  return { ...told, ...(type && { type }), ...(format && { format }), ...(values && { enum: values }) };
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
  // How long a text may be is learnt from the refusal by the few who need it; the default that is nothing says nothing.
  delete jsonSchema.maxLength;
  delete jsonSchema.propertyNames;
  if (jsonSchema.minLength === 1) delete jsonSchema.minLength;
  if (jsonSchema.minItems === 1) delete jsonSchema.minItems;
  if (isEmpty(jsonSchema.default)) delete jsonSchema.default;
  if (isEmpty(jsonSchema.additionalProperties)) delete jsonSchema.additionalProperties;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  // A result may grow; only an input that is strict says so.
  if (zodSchema._zod.def.type === "object" && zodSchema._zod.def.catchall === undefined)
    delete jsonSchema.additionalProperties;
}

const isEmpty = (value: unknown): boolean =>
  value === "" || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
