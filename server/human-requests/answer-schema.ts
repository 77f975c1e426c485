import { z } from "zod";
import type { RequestKind } from "#db/enums.ts";
import { AppError } from "../errors.ts";
import type { AnswerValue } from "../tasks/schema.ts";

// What an asker may ask for: the part of JSON schema that a form can show and MCP's elicitation can carry. No patterns
// (they can be made to run for ever), no references, nothing nested.

const words = { title: z.string().max(200).optional(), description: z.string().max(2_000).optional() };
const choices = z.array(z.string().min(1).max(500)).min(1).max(50);

const field = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("string"),
    ...words,
    enum: choices.optional(),
    format: z.enum(["email", "uri", "date", "date-time"]).optional(),
    minLength: z.int().min(0).max(20_000).optional(),
    maxLength: z.int().min(1).max(20_000).optional(),
    default: z.string().max(20_000).optional(),
  }),
  z.strictObject({
    type: z.enum(["number", "integer"]),
    ...words,
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    default: z.number().optional(),
  }),
  z.strictObject({ type: z.literal("boolean"), ...words, default: z.boolean().optional() }),
  z.strictObject({
    type: z.literal("array"),
    ...words,
    items: z.strictObject({ type: z.literal("string"), enum: choices }),
    minItems: z.int().min(0).max(50).optional(),
    maxItems: z.int().min(1).max(50).optional(),
  }),
]);

const fieldName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, "Name a field with letters, digits, - and _, beginning with a letter.");

const form = z.strictObject({
  type: z.literal("object"),
  ...words,
  properties: z.record(fieldName, field),
  required: z.array(fieldName).max(50).optional(),
  additionalProperties: z.literal(false).optional(),
  /** The order of the fields, ours: the database keeps an object's names in an order of its own. */
  "x-order": z.array(fieldName).optional(),
});

/** The JSON schema of an answer: one value, or a form of named values. */
const answerSchema = z.discriminatedUnion("type", [...field.options, form]);
export type AnswerSchema = z.output<typeof answerSchema>;

export interface AnswerOption {
  value: AnswerValue;
  label: string;
  description?: string | undefined;
}

const yesOrNo: AnswerSchema = {
  type: "object",
  properties: {
    approved: { type: "boolean", title: "Approved" },
    note: { type: "string", title: "Note", maxLength: 5_000 },
  },
  required: ["approved"],
  additionalProperties: false,
};
const approveOrDecline: readonly AnswerOption[] = [
  { value: { approved: true }, label: "Approve" },
  { value: { approved: false }, label: "Decline" },
];

/** Requests that are answered with yes or no, and a note. */
const isYesOrNo = (kind: RequestKind): boolean => ["approval", "permission", "review"].includes(kind);

const possible =
  "Types are string, number, integer, boolean, array (of strings with an enum) and object (with properties of these, not nested).";

interface Asked {
  kind: RequestKind;
  schema?: AnswerSchema | undefined;
  options?: readonly AnswerOption[] | undefined;
}

/**
 * What an answer to a request must look like: the asker's schema, or one of its options, or what its kind asks for.
 * @throws AppError invalid when an option does not fit the schema, or yes or no is not enough for the asker.
 */
export function answersTo({ kind, schema, options }: Asked): { schema: AnswerSchema; options: AnswerOption[] | null } {
  if (isYesOrNo(kind)) {
    if (schema || options)
      throw new AppError("invalid", `A request of kind ${kind} is answered with yes or no. Ask a question for more.`);
    return { schema: yesOrNo, options: [...approveOrDecline] };
  }
  const closed = schema?.type === "object" ? closeForm(schema) : schema;
  if (!options) return { schema: closed ?? { type: "string", minLength: 1, maxLength: 20_000 }, options: null };
  const chosen = closed ?? { type: "string", enum: options.map(({ value }) => textOf(value)) };
  for (const { value, label } of options) {
    const { error } = z.fromJSONSchema(chosen).safeParse(value);
    if (error) throw new AppError("invalid", `The option "${label}" does not fit the schema: ${inWords(error)}`);
  }
  return { schema: chosen, options: [...options] };
}

const closeForm = (asked: z.output<typeof form>): AnswerSchema => ({
  ...asked,
  additionalProperties: false,
  "x-order": Object.keys(asked.properties),
});

/** Reads what somebody gave as a schema. @throws AppError invalid with what is possible. */
export function readSchema(given: unknown): AnswerSchema {
  const { data, error } = answerSchema.safeParse(given);
  if (error) throw new AppError("invalid", `schema: ${inWords(error)} ${possible}`);
  refuseImpossible(data);
  return data;
}

const limits = [
  ["minLength", "maxLength"],
  ["minimum", "maximum"],
  ["minItems", "maxItems"],
] as const;

/** What nobody could answer would block its task until somebody withdraws it. */
function refuseImpossible(schema: AnswerSchema, name = "the answer"): void {
  const bounds: Record<string, unknown> = schema;
  for (const [least, most] of limits)
    if (Number(bounds[least]) > Number(bounds[most]))
      throw new AppError("invalid", `schema: nothing fits ${name}: its ${least} is above its ${most}.`);
  if (schema.type !== "object") return;
  for (const [field, inner] of Object.entries(schema.properties)) refuseImpossible(inner, field);
  const missing = schema.required?.find((field) => !Object.hasOwn(schema.properties, field));
  if (missing !== undefined)
    throw new AppError("invalid", `schema: ${missing} is required, but it is not among the properties.`);
}

/** @throws AppError invalid naming everything that does not fit, and what does. */
export function parseAnswer(schema: unknown, answer: unknown): unknown {
  const known = answerSchema.parse(schema);
  const parsed = z.fromJSONSchema(known).safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new AppError("invalid", `The answer does not fit what was asked for: ${inWords(parsed.error)}`, {
    issues: parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message })),
    schema: known,
  });
}

function textOf(value: AnswerValue): string {
  if (typeof value === "string") return value;
  throw new AppError("invalid", "Without a schema the value of each option is a text.");
}

const inWords = ({ issues }: z.ZodError): string =>
  `${issues.map(({ path, message }) => (path.length > 0 ? `${path.join(".")}: ${message}` : message)).join("; ")}.`;
