import { defineOperation } from "../operation.ts";
import { pingInput, pingResult } from "./schema.ts";

export const ping = defineOperation({
  name: "ping",
  summary: "Check that you are connected, and as whom.",
  kind: "local",
  permission: "org:read",
  input: pingInput,
  output: pingResult,
  finish: (_decided, _input, { actor }) =>
    Promise.resolve({ name: actor.name, role: actor.role, time: new Date().toISOString() }),
});
