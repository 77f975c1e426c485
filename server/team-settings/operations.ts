import { defineOperation } from "../operation.ts";
import { readTeamSettings } from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const getTeamSettings = defineOperation({
  name: "get_team_settings",
  summary:
    "Read how a team works: concurrency, required reviews, reviewer rules, branches, working hours, conventions.",
  kind: "read",
  permission: "org:read",
  input: schema.teamInput,
  output: schema.teamSettingsResult,
  run: async (context, { teamId }) => ({ settings: await readTeamSettings(context, teamId) }),
});

export const updateTeamSettings = defineOperation({
  name: "update_team_settings",
  summary: "Change how a team works; only what you name changes. Branch prefixes hold for new tasks only.",
  kind: "command",
  permission: "teams:manage",
  hints: { idempotent: true },
  input: schema.updateTeamSettingsInput,
  output: schema.teamSettingsResult,
  run: async (context, input) => {
    await service.updateTeamSettings(context, input);
    return { settings: await readTeamSettings(context, input.teamId) };
  },
});

export const getTeamConventions = defineOperation({
  name: "get_team_conventions",
  summary: "Read the rules that every agent of a team keeps to, in Markdown. They also come with every task.",
  kind: "read",
  permission: "task:read",
  input: schema.teamInput,
  output: schema.conventionsResult,
  run: async (context, { teamId }) => {
    const { conventions } = await readTeamSettings(context, teamId);
    return { teamId, conventions };
  },
});

export const addTeamConvention = defineOperation({
  name: "add_team_convention",
  summary: "Add a rule that every agent of the team is told with its work from now on; for who manages teams.",
  kind: "command",
  // It instructs every agent: an agent that could do so would pass on what somebody talked it into.
  permission: "teams:manage",
  hints: { idempotent: true },
  input: schema.addConventionInput,
  output: schema.conventionsResult,
  run: async (context, input) => ({
    teamId: input.teamId,
    conventions: await service.addConvention(context, input),
  }),
});
