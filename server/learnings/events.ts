import { z } from "zod";
import { learningKinds } from "#db/enums.ts";
import { id, text, none } from "../events/shapes.ts";

export const learningEvents = {
  /** The subject is what was learned. */
  "learning.recorded": z.object({
    kind: z.enum(learningKinds),
    body: text,
    repoId: id.nullable(),
    source: z.enum(["person", "agent", "rules", "model"]),
  }),
  "learning.edited": z.object({ kind: z.enum(learningKinds), body: text }),
  "learning.removed": none,
} as const;
