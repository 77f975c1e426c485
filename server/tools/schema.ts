import { z } from "zod";
import { toolEffects } from "#db/enums.ts";
import { id } from "../ids.ts";

export const listToolsInput = z.strictObject({
  teamId: id.optional().describe("Whose local model counts; left out: any team of the organization."),
});
export const toolList = z.object({
  tools: z.array(
    z.object({
      name: z.string(),
      description: z.string().describe("What models are told of it."),
      sideEffect: z.enum(toolEffects),
      why: z.string().nullable().describe("Why no model is offered it now; null: it is."),
    }),
  ),
});
