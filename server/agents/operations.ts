import { defineOperation } from "../operation.ts";
import * as queries from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const listAgents = defineOperation({
  name: "list_agents",
  summary: "List the agents of your teams: role, runtime, what each holds now and when it was last seen.",
  kind: "read",
  permission: "org:read",
  input: schema.listAgentsInput,
  output: schema.agentList,
  run: queries.listAgents,
});

export const listTeamAgentsOperation = defineOperation({
  name: "list_team_agents",
  summary: "See who of your team does what now and has room for more, in few words.",
  kind: "read",
  permission: "org:read",
  input: schema.listTeamAgentsInput,
  output: schema.teamAgents,
  run: queries.listTeamAgents,
});

export const createAgent = defineOperation({
  name: "create_agent",
  summary: "Add an agent to a team. Give it a key with create_api_key so that it can come over MCP.",
  kind: "command",
  permission: "agents:manage",
  input: schema.createAgentInput,
  output: schema.agentResult,
  run: async (context, input) => ({
    agent: await queries.readAgent(context, await service.createAgent(context, input)),
  }),
});

export const updateAgent = defineOperation({
  name: "update_agent",
  summary: "Rename an agent, or change its role, its slots or the life of its leases.",
  kind: "command",
  permission: "agents:manage",
  hints: { idempotent: true },
  input: schema.updateAgentInput,
  output: schema.agentResult,
  run: async (context, { agentId, ...changes }) => {
    await service.updateAgent(context, agentId, changes);
    return { agent: await queries.readAgent(context, agentId) };
  },
});

export const archiveAgent = defineOperation({
  name: "archive_agent",
  summary: "Take an agent out of service for good. Its keys are refused and its tasks go back to the team.",
  kind: "command",
  permission: "agents:manage",
  hints: { destructive: true, idempotent: true },
  input: schema.agentInput,
  output: schema.agentResult,
  run: async (context, { agentId }) => {
    await service.archiveAgent(context, agentId);
    return { agent: await queries.readAgent(context, agentId) };
  },
});
