import { z } from "zod";
import { credentialForms, credentialStatuses, modelApis } from "#db/enums.ts";
import { id, text } from "../events/shapes.ts";

export const credentialEvents = {
  /** A key for a provider of models was tested and kept, or another one in its place. */
  "credential.saved": z.object({
    /** Whose own it is; left out or null: the organization's. */
    userId: id.nullable().optional(),
    form: z.enum(credentialForms).optional(),
    provider: text,
    api: z.enum(modelApis),
    baseUrl: text,
    lastFour: text.nullable(),
    status: z.enum(credentialStatuses),
    problem: text.nullable(),
    testAnswer: text,
    models: z.array(text),
  }),
  /** The provider does not take the key (any more): nothing is called with it until it is saved anew. */
  "credential.refused": z.object({ provider: text, problem: text }),
  "credential.model_gone": z.object({ provider: text, model: text, problem: text }),
  "credential.removed": z.object({ provider: text, userId: id.nullable().optional() }),
} as const;
