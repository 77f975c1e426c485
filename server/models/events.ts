import { z } from "zod";
import { modelTiers } from "#db/enums.ts";
import { text } from "../events/shapes.ts";

export const modelEvents = {
  /** Which models a team's work goes to. The subject is the team. */
  "model_routing.set": z.object({
    tiers: z.record(z.enum(modelTiers), z.array(text)),
    routes: z.array(z.object({ type: text, complexity: text, tier: z.enum(modelTiers) })),
    version: z.int(),
  }),
} as const;
