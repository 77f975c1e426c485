import { z } from "zod";
import { text } from "../events/shapes.ts";

export const taskContextEvents = {
  "task.context_saved": z.object({ version: z.int(), body: text }),
  /** What people take out of, and add to, what an agent will see of it. */
  "task.context_adjusted": z.object({ leftOut: z.array(text), note: text }),
} as const;
