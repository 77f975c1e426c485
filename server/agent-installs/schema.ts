import { z } from "zod";
import { installStatuses } from "#db/enums.ts";
import { isoTime } from "../ids.ts";
import { author } from "../tasks/schema.ts";

export const agentInstall = z.object({
  kind: z.string(),
  status: z.enum(installStatuses),
  detail: z.string().describe("What is being done, or why it failed."),
  percent: z.int(),
  requestedBy: author,
  updatedAt: isoTime,
});
export type AgentInstall = z.output<typeof agentInstall>;

export const installInput = z.strictObject({
  kind: z.string().min(1).max(40).describe("As list_agent_kinds names it: claude, codex, gemini, opencode."),
});
export const installResult = z.object({ install: agentInstall });
export const listInstallsInput = z.strictObject({});
export const installList = z.object({ installs: z.array(agentInstall) });
