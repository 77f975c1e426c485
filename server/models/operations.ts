import { defineOperation } from "../operation.ts";
import { readRouting, readSavings } from "./queries.ts";
import * as schema from "./schema.ts";
import { setRouting } from "./service.ts";

export const getModelRouting = defineOperation({
  name: "get_model_routing",
  summary: "See which models a team's tasks go to by type and complexity, with fallbacks, and which are usable now.",
  kind: "read",
  permission: "org:read",
  input: schema.getRoutingInput,
  output: schema.routingResult,
  run: async (context, { teamId }) => ({ routing: await readRouting(context, teamId) }),
});

export const setModelRouting = defineOperation({
  name: "set_model_routing",
  summary: "Change which models a team's tasks go to: the models of each tier, and the tier of each kind of task.",
  kind: "command",
  permission: "models:manage",
  input: schema.setRoutingInput,
  output: schema.routingResult,
  run: async (context, input) => {
    await setRouting(context, input);
    return { routing: await readRouting(context, input.teamId) };
  },
});

export const getModelSavings = defineOperation({
  name: "get_model_savings",
  summary: "Sum up what routing to smaller models saved in a period against doing all with the top tier.",
  kind: "read",
  permission: "task:read",
  input: schema.savingsInput,
  output: schema.savings,
  run: readSavings,
});
