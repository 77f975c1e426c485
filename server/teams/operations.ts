import { defineOperation } from "../operation.ts";
import * as queries from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const listTeams = defineOperation({
  name: "list_teams",
  summary: "List the teams you see, with how many people and agents each has and whether it is paused.",
  kind: "read",
  permission: "org:read",
  input: schema.listTeamsInput,
  output: schema.teamList,
  run: queries.listTeams,
});

export const getTeam = defineOperation({
  name: "get_team",
  summary: "Read a team: its people, its agents with what they hold now, and its settings.",
  kind: "read",
  permission: "org:read",
  input: schema.teamInput,
  output: schema.teamResult,
  run: async (context, { teamId }) => ({ team: await queries.readTeam(context, teamId) }),
});

export const createTeam = defineOperation({
  name: "create_team",
  summary: "Make a team. It comes with a manager agent.",
  kind: "command",
  permission: "teams:manage",
  input: schema.createTeamInput,
  output: schema.teamResult,
  run: async (context, input) => {
    const { teamId } = await service.createTeam(context, input);
    return { team: await queries.readTeam(context, teamId) };
  },
});

export const updateTeam = defineOperation({
  name: "update_team",
  summary: "Rename a team, change how many tasks it works on at once, or whether approved tasks merge by themselves.",
  kind: "command",
  permission: "teams:manage",
  hints: { idempotent: true },
  input: schema.updateTeamInput,
  output: schema.teamResult,
  run: async (context, { teamId, ...changes }) => {
    await service.updateTeam(context, teamId, changes);
    return { team: await queries.readTeam(context, teamId) };
  },
});

export const archiveTeam = defineOperation({
  name: "archive_team",
  summary: "Close a team for good. Its board stays readable; nothing in it starts any more.",
  kind: "command",
  permission: "teams:manage",
  hints: { destructive: true, idempotent: true },
  input: schema.teamInput,
  output: schema.teamResult,
  run: async (context, { teamId }) => {
    await service.archiveTeam(context, teamId);
    return { team: await queries.readTeam(context, teamId) };
  },
});

export const addTeamMember = defineOperation({
  name: "add_team_member",
  summary: "Let a person see a team and work in it.",
  kind: "command",
  permission: "people:manage",
  hints: { idempotent: true },
  input: schema.teamMemberInput,
  output: schema.teamResult,
  run: async (context, input) => {
    await service.addTeamMember(context, input);
    return { team: await queries.readTeam(context, input.teamId) };
  },
});

export const removeTeamMember = defineOperation({
  name: "remove_team_member",
  summary: "Take a person out of a team. What they held there goes back to it.",
  kind: "command",
  permission: "people:manage",
  hints: { destructive: true, idempotent: true },
  input: schema.teamMemberInput,
  output: schema.teamResult,
  run: async (context, input) => {
    await service.removeTeamMember(context, input);
    return { team: await queries.readTeam(context, input.teamId) };
  },
});
