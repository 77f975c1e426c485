import { z } from "zod";
import { templateKinds } from "#db/enums.ts";
import { text, none } from "../events/shapes.ts";

export const templateEvents = {
  "template.saved": z.object({
    kind: z.enum(templateKinds),
    name: text,
    description: text,
    variables: z.array(z.unknown()),
    body: z.record(text, z.unknown()),
  }),
  "template.removed": none,
} as const;
