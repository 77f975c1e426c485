import { addAgent } from "../agents/service.ts";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";

export interface NewTeam {
  name: string;
  maxConcurrent?: number;
  autoMerge?: boolean;
}

/** Makes a team and its `manager` agent. @returns both ids. */
export async function createTeam(context: Context, { name, maxConcurrent = 32, autoMerge = true }: NewTeam) {
  const teamId = newId();
  await record(context, "team.created", [{ subject: teamId, team: teamId, data: { name, maxConcurrent, autoMerge } }]);
  const managerAgentId = await addAgent(context, {
    teamId,
    name: "manager",
    role: "manager",
    runtime: "external",
    isDefault: true,
  });
  return { teamId, managerAgentId };
}
