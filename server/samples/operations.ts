import { defineOperation } from "../operation.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const startSample = defineOperation({
  name: "start_sample",
  summary:
    "Try the sample: a small repository, nine tasks, three scripted engineers and a reviewer, in a team of their own.",
  kind: "command",
  permission: "agents:manage",
  input: schema.startSampleInput,
  output: schema.startedSample,
  run: service.startSample,
});
