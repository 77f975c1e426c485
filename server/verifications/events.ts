import { z } from "zod";
import { checkpointDecisions, criterionStates, verificationVerdicts } from "#db/enums.ts";
import { text } from "../events/shapes.ts";

export const verificationEvents = {
  /** Its acceptance criteria were checked. The subject is the check. */
  "verification.recorded": z.object({
    round: z.int(),
    verdict: z.enum(verificationVerdicts),
    checks: z.array(
      z.object({
        criterion: text,
        state: z.enum(criterionStates),
        how: z.enum(["command", "model", "none"]),
        detail: text,
      }),
    ),
    feedback: text,
  }),
  /** People decided what becomes of a task whose checks do not pass. The subject is the last check. */
  "verification.decided": z.object({ decision: z.enum(checkpointDecisions), note: text }),
} as const;
