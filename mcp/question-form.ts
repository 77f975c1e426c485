import { type ElicitRequestFormParams, isSpecType } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { HumanRequest } from "#server/human-requests/schema.ts";

/** More than anybody reads in a dialog; the whole stands in the inbox. */
const MOST_CHARACTERS = 4_000;
const ONE = "answer";

const field = z.looseObject({ type: z.enum(["string", "number", "integer", "boolean", "array"]) });
const form = z.object({
  type: z.literal("object"),
  properties: z.record(z.string(), field),
  required: z.array(z.string()).optional(),
});

/** A question as MCP's elicitation shows it: always a form, so that a single value is one with a single field. */
export function formOf({ title, detail, schema, options }: HumanRequest): ElicitRequestFormParams {
  const message = `${title}${detail ? `\n\n${detail}` : ""}`.slice(0, MOST_CHARACTERS);
  const params = { mode: "form", message, requestedSchema: schemaOf(schema, options ?? []) };
  if (isSpecType.ElicitRequestFormParams(params)) return params;
  throw new Error("a question that no form can show");
}

function schemaOf(schema: unknown, options: NonNullable<HumanRequest["options"]>) {
  const whole = form.safeParse(schema);
  if (whole.success) return whole.data;
  const chosen = options.map(({ value, label }) => ({ const: value, title: label }));
  const isTitled = chosen.length > 0 && chosen.every((choice) => typeof choice.const === "string");
  const one = isTitled ? { type: "string", oneOf: chosen } : field.parse(schema);
  return { type: "object", properties: { [ONE]: one }, required: [ONE] };
}

/** The answer in a filled form, as the request's schema asks for it. */
export const answerIn = ({ schema }: Pick<HumanRequest, "schema">, content: Record<string, unknown>): unknown =>
  form.safeParse(schema).success ? content : content[ONE];
