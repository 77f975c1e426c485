import { z } from "zod";
import { checkpointDecisions, criterionStates, verificationVerdicts } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";
import { author, taskRef } from "../tasks/schema.ts";

export const check = z.object({
  criterion: z.string(),
  state: z.enum(criterionStates),
  how: z.enum(["command", "model", "none"]).describe("What told: a command in the sandbox, a model, or nothing could."),
  detail: z.string(),
});
export type Check = z.output<typeof check>;

export const verification = z.object({
  id,
  round: z.int(),
  verdict: z.enum(verificationVerdicts),
  checks: z.array(check),
  feedback: z.string(),
  by: author,
  at: isoTime,
  decision: z
    .object({ decision: z.enum(checkpointDecisions), note: z.string(), by: author, at: isoTime })
    .nullable()
    .describe("What people decided after it."),
});
export type Verification = z.output<typeof verification>;

export const listVerificationsInput = z.strictObject({ task: taskRef });
export const verificationList = z.object({ verifications: z.array(verification).describe("Newest first.") });
