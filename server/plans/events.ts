import { z } from "zod";
import { executionModes, planSources, planStatuses, rigors } from "#db/enums.ts";
import { id, text } from "../events/shapes.ts";
import { planDocument, planEdit } from "./document.ts";

export const planEvents = {
  "plan.created": z.object({
    number: z.int(),
    title: text,
    requirements: text,
    files: z.array(z.object({ name: text, text })),
    repoId: id.nullable(),
    rigor: z.enum(rigors),
    mode: z.enum(executionModes),
    claimSeconds: z.int().nullable(),
    clonedFromId: id.nullable(),
  }),
  "plan.updated": z
    .object({
      title: text,
      requirements: text,
      files: z.array(z.object({ name: text, text })),
      repoId: id.nullable(),
      rigor: z.enum(rigors),
      mode: z.enum(executionModes),
      claimSeconds: z.int().nullable(),
    })
    .partial(),
  /** Somebody or something wrote what is to be done: a draft, which takes the place of the one before. */
  "plan.version_written": z.object({
    version: z.int(),
    source: z.enum(planSources),
    writtenWith: text.nullable(),
    document: planDocument,
  }),
  /** Single changes of the draft, in their order. */
  "plan.edited": z.object({ version: z.int(), edits: z.array(planEdit) }),
  /** The draft that would change what runs is given up: the approved version stands again, under the next number. */
  "plan.revision_discarded": z.object({ version: z.int() }),
  "plan.approved": z.object({ version: z.int(), tasks: z.int() }),
  "plan.status_changed": z.object({ from: z.enum(planStatuses), to: z.enum(planStatuses), reason: text.nullable() }),
} as const;
