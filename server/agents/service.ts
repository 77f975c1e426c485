import type { AgentRole, AgentRuntime } from "#db/enums.ts";
import type { Context } from "../context.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";

export interface NewAgent {
  teamId: string;
  name: string;
  role: AgentRole;
  runtime: AgentRuntime;
  isDefault?: boolean;
  slots?: number;
  leaseSeconds?: number | null;
}

/** Adds an agent to a team. @returns its id. */
export async function addAgent(context: Context, agent: NewAgent): Promise<string> {
  const id = newId();
  const { teamId, name, role, runtime, isDefault = false, slots = 1, leaseSeconds = null } = agent;
  await record(context, "agent.created", [
    { subject: id, team: teamId, data: { name, role, runtime, isDefault, slots, leaseSeconds } },
  ]);
  return id;
}
