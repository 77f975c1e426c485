import { defineOperation } from "../operation.ts";
import { readCrew } from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const startSample = defineOperation({
  name: "start_sample",
  summary:
    "Try the sample: a small repository and a plan of nine tasks for the sample crew, in a team of their own. Approve it with call_sample_crew.",
  kind: "command",
  permission: "agents:manage",
  input: schema.startSampleInput,
  output: schema.startedSample,
  run: service.startSample,
});

export const getSampleCrew = defineOperation({
  name: "get_sample_crew",
  summary: "Read whether the sample crew works on a plan, waits, or could be called.",
  kind: "read",
  permission: "task:read",
  input: schema.crewInput,
  output: schema.crewResult,
  run: async (context, { planId }) => ({ crew: await readCrew(context, planId) }),
});

export const callSampleCrew = defineOperation({
  name: "call_sample_crew",
  summary:
    "Have the sample crew carry out a plan, as a demonstration without any key: three scripted engineers and a reviewer. They write notes, not code, and begin when the plan is approved.",
  kind: "command",
  permission: "agents:manage",
  input: schema.crewInput,
  output: schema.crewResult,
  run: async (context, { planId }) => {
    await service.callCrew(context, planId);
    return { crew: await readCrew(context, planId) };
  },
});

export const sendSampleCrewHome = defineOperation({
  name: "send_sample_crew_home",
  summary: "Stop the sample crew on a plan: what it held or was to do is free for others.",
  kind: "command",
  permission: "task:manage",
  hints: { idempotent: true },
  input: schema.crewInput,
  output: schema.crewResult,
  run: async (context, { planId }) => {
    await service.sendCrewHome(context, planId);
    return { crew: await readCrew(context, planId) };
  },
});
