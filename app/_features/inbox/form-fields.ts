import type { Answer } from "./inbox-types.ts";

/** One field of a form, as the JSON schema of a request describes it. */
export interface FormField {
  name: string;
  label: string;
  hint: string | undefined;
  type: "string" | "number" | "integer" | "boolean" | "array";
  choices: readonly string[];
  format: string | undefined;
  isRequired: boolean;
  maxLength: number;
}

type Values = Readonly<Record<string, Value>>;
type Value = string | boolean | readonly string[];

/** The name of the field where the answer is one value and no form. */
const single = "";

/** Reads a request's schema; what it does not know is a text. */
export function fieldsOf(schema: unknown): FormField[] {
  if (!isRecord(schema)) return [toField(single, {}, true)];
  if (schema.type !== "object" || !isRecord(schema.properties)) return [toField(single, schema, true)];
  const required = Array.isArray(schema.required) ? schema.required : [];
  const order = stringsOf(schema["x-order"]);
  const fields = Object.entries(schema.properties).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  return fields.map(([name, field]) => {
    return toField(name, isRecord(field) ? field : {}, required.includes(name));
  });
}

function toField(name: string, field: Record<string, unknown>, isRequired: boolean): FormField {
  const items = isRecord(field.items) ? field.items : {};
  return {
    name,
    isRequired,
    label: textOf(field.title) ?? (name === single ? "Your answer" : name),
    hint: textOf(field.description),
    type: types.find((type) => type === field.type) ?? "string",
    choices: stringsOf(field.enum ?? items.enum),
    format: textOf(field.format),
    maxLength: typeof field.maxLength === "number" ? field.maxLength : 20_000,
  };
}

/** What stands in the fields before anybody has written: the schema's defaults. */
export function emptyValues(schema: unknown): Record<string, Value> {
  const given = (name: string) => {
    const properties = isRecord(schema) && isRecord(schema.properties) ? schema.properties : {};
    const field = name === single ? schema : properties[name];
    return isRecord(field) ? field.default : undefined;
  };
  return Object.fromEntries(
    fieldsOf(schema).map(({ name, type }): [string, Value] => {
      const first = given(name);
      if (type === "boolean") return [name, first === true];
      if (type === "array") return [name, []];
      return [name, typeof first === "string" || typeof first === "number" ? String(first) : ""];
    }),
  );
}

/** The answer as it is sent: empty optional fields are left out, numbers are numbers. The server has the last word. */
export function answerOf(schema: unknown, values: Values): Answer | undefined {
  const fields = fieldsOf(schema);
  const [only] = fields;
  if (only?.name === single) return valueOf(only, values[single]);
  const entries = fields.flatMap((field) => {
    const value = valueOf(field, values[field.name]);
    return value === undefined ? [] : [[field.name, value] as const];
  });
  return Object.fromEntries(entries);
}

/** The first field that must be filled in and is not. */
export function missingField(schema: unknown, values: Values): FormField | undefined {
  return fieldsOf(schema).find((field) => field.isRequired && valueOf(field, values[field.name]) === undefined);
}

function valueOf({ type }: FormField, value: Value | undefined) {
  if (type === "boolean") return value === true;
  if (typeof value === "string") {
    if (value.trim() === "") return undefined;
    return type === "number" || type === "integer" ? numberOf(value) : value;
  }
  return Array.isArray(value) && value.length > 0 ? [...value.map(String)] : undefined;
}

/** What is no number is sent as it is: the refusal says what was expected. */
const numberOf = (text: string) => (Number.isFinite(Number(text)) ? Number(text) : text);

const types = ["string", "number", "integer", "boolean", "array"] as const;
const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
const stringsOf = (value: unknown) => (Array.isArray(value) ? value.filter((each) => typeof each === "string") : []);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
