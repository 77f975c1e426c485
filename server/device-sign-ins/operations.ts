import { defineOperation } from "../operation.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const getDevice = defineOperation({
  name: "get_device",
  summary: "Read what asks to be let in with a code: its name, where it asks from, since when.",
  kind: "command",
  permission: "instance:use",
  scope: "instance",
  hints: { idempotent: true },
  input: schema.deviceInput,
  output: schema.shownDevice,
  run: async (context, { userCode }) => ({ device: await service.readDevice(context, userCode) }),
});

export const approveDevice = defineOperation({
  name: "approve_device",
  summary: "Let the client that shows a code act as you in one organization, for seven days.",
  kind: "command",
  permission: "instance:use",
  scope: "instance",
  input: schema.approveInput,
  output: schema.shownDevice,
  run: async (context, input) => ({ device: await service.approveDevice(context, input) }),
});

export const denyDevice = defineOperation({
  name: "deny_device",
  summary: "Refuse the client that shows a code.",
  kind: "command",
  permission: "instance:use",
  scope: "instance",
  input: schema.deviceInput,
  output: schema.shownDevice,
  run: async (context, { userCode }) => ({ device: await service.denyDevice(context, userCode) }),
});
