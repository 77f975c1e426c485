import { z } from "zod";
import { diffSides, verdicts } from "#db/enums.ts";
import { id, text, colleague } from "../events/shapes.ts";

export const reviewEvents = {
  "review.requested": z.object({
    attempt: z.int(),
    commit: text.nullable(),
    baseCommit: text.nullable(),
    summary: text,
    /** Whom the team's rules ask, by the files that change. */
    asked: z.array(colleague).optional(),
  }),
  "review.assigned": z.object({ reviewerId: id }),
  /** Given back, or taken from a reviewer who gave no sign of life: another may take it. */
  "review.released": z.object({ reason: text, declinedBy: id.nullable() }),
  /** One approval; `review.decided` follows with the last one that is needed. */
  "review.approved": z.object({ text }),
  "review.decided": z.object({ verdict: z.enum(verdicts), text }),
  "review.commented": z.object({ commentId: id, path: text, line: z.int(), side: z.enum(diffSides), body: text }),
} as const;
