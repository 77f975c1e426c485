import { z } from "zod";
import { templateKinds, variableTypes } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";
import { author, taskRef } from "../tasks/schema.ts";

const name = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, "Small letters, digits and _, beginning with a letter.");
const value = z.union([z.string().max(10_000), z.number(), z.boolean()]);

const variable = z.strictObject({
  name,
  label: z.string().trim().max(200).default(""),
  type: z.enum(variableTypes).default("text"),
  required: z.boolean().default(true),
  default: value.optional(),
  choices: z.array(z.string().min(1).max(200)).min(1).max(50).optional(),
  pattern: z
    .string()
    .max(200)
    .optional()
    .describe("For a text: what it must look like, as a regular expression (RE2)."),
});
export type Variable = z.output<typeof variable>;
const variables = z.array(variable).max(30);

export const parameters = z.record(z.string().max(40), value);

const body = z
  .record(z.string().max(60), z.unknown())
  .refine((given) => JSON.stringify(given).length <= 100_000, "100000 characters at most.")
  .describe("The input of create_task or create_session, with {{name}} where a variable goes.");

export const template = z.object({
  id,
  teamId: id,
  kind: z.enum(templateKinds),
  name: z.string(),
  description: z.string(),
  variables,
  body: z.record(z.string(), z.unknown()),
  createdBy: author,
  updatedAt: isoTime,
});
export type Template = z.output<typeof template>;

export const listTemplatesInput = z.strictObject({
  teamId: id.optional(),
  kind: z.enum(templateKinds).optional(),
  search: z.string().trim().max(200).optional().describe("Words of the name or the description."),
});
export const templateList = z.object({ templates: z.array(template) });
export const saveTemplateInput = z.strictObject({
  templateId: id.optional().describe("Left out: a new one."),
  teamId: id.optional(),
  kind: z.enum(templateKinds).default("task"),
  name: z.string().trim().min(1).max(200),
  description: z.string().trim().max(2_000).default(""),
  variables: variables.default([]),
  body,
});
export const templateResult = z.object({ template });
export const templateInput = z.strictObject({ templateId: id });
export const removedTemplate = z.object({ removed: z.literal(true) });
export const fillInput = z.strictObject({ templateId: id, parameters: parameters.default({}) });
export const filled = z.object({ kind: z.enum(templateKinds), body: z.record(z.string(), z.unknown()) });
export const madeTask = z.object({ task: taskRef });
