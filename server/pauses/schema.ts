import { z } from "zod";
import { pauseModes } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";

const mode = z
  .enum(pauseModes)
  .describe("`drain`: nothing new starts, what runs goes on. `hard`: what runs is taken back too.");

/** Why nothing starts, and who said so. */
export const pause = z
  .object({
    at: isoTime,
    by: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
    reason: z.string(),
    mode,
  })
  .nullable();
export type Pause = NonNullable<z.output<typeof pause>>;

const scope = {
  teamId: id.optional().describe("Only this team. Without a team and an agent: the whole organization."),
  agentId: id.optional().describe("Only this agent."),
};

export const pauseInput = z.strictObject({
  ...scope,
  mode: mode.default("drain"),
  reason: z.string().trim().max(500).default("").describe("Shown to everybody while it lasts."),
});
export const resumeInput = z.strictObject(scope);
export const pauseResult = z.object({
  paused: pause,
  revoked: z.int().describe("How many tasks were taken back from who worked on them."),
});
