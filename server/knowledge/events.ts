import { z } from "zod";
import { id, text, none } from "../events/shapes.ts";

export const knowledgeEvents = {
  /** The text itself stands elsewhere: it may be taken away for good. */
  "knowledge.added": z.object({
    kind: z.enum(["document", "repo"]),
    title: text,
    repoId: id.nullable(),
    contentHash: text.nullable(),
  }),
  "knowledge.replaced": z.object({ title: text, contentHash: text }),
  "knowledge.removed": none,
} as const;
