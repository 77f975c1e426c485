import { z } from "zod";
import { orgRoles } from "#db/enums.ts";
import { agent } from "../agents/schema.ts";
import { agentKinds } from "../drivers/kinds.ts";
import { id, isoTime } from "../ids.ts";
import { pause } from "../pauses/schema.ts";

const name = z.string().trim().min(1).max(100);
const maxConcurrent = z.int().min(1).max(10_000).describe("Tasks in progress at once, over all its agents.");

export const team = z.object({
  id,
  name: z.string(),
  createdAt: isoTime,
  archivedAt: isoTime.nullable(),
  paused: pause,
  maxConcurrent: z.int().describe("Tasks in progress at once, over all its agents."),
  autoMerge: z.boolean().describe("Approved tasks go into the merge queue by themselves."),
  defaultAgentKind: z.string().describe("The coding agent that sessions begin with unless another is named."),
  members: z.int(),
  agents: z.int(),
});
export type Team = z.output<typeof team>;

export const teamDetail = team.extend({
  members: z.array(z.object({ userId: id, name: z.string(), role: z.enum(orgRoles) })),
  agents: z.array(agent),
});
export type TeamDetail = z.output<typeof teamDetail>;

export const listTeamsInput = z.strictObject({
  archived: z.boolean().default(false).describe("Also the archived ones."),
});
export const teamList = z.object({ teams: z.array(team) });

export const createTeamInput = z.strictObject({
  name,
  maxConcurrent: maxConcurrent.default(32),
  autoMerge: z.boolean().default(true).describe("Approved tasks go into the merge queue by themselves."),
});
export const updateTeamInput = z.strictObject({
  teamId: id,
  name: name.optional(),
  maxConcurrent: maxConcurrent.optional(),
  autoMerge: z.boolean().optional(),
  defaultAgentKind: z
    .enum(agentKinds.map(({ id: kind }) => kind))
    .optional()
    .describe("The coding agent that sessions begin with unless another is named; list_agent_kinds has them."),
});

export const teamInput = z.strictObject({ teamId: id });
export const teamMemberInput = z.strictObject({ teamId: id, userId: id });
export const teamResult = z.object({ team: teamDetail });
