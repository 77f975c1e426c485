import { z } from "zod";
import { text } from "../events/shapes.ts";

export const sandboxEvents = {
  /** Somebody had a sandbox ended, and with it whatever an agent did in it. */
  "sandbox.stopped": z.object({ name: text }),
  "sandbox.removed": z.object({ name: text }),
  /** The subject is the repository, or the team. */
  "cache.cleared": z.object({ name: text }),
} as const;
