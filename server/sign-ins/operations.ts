import { defineOperation } from "../operation.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const listSignIns = defineOperation({
  name: "list_sign_ins",
  summary: "List where you are signed in, browsers and clients with tokens: since when, last seen, from where.",
  kind: "read",
  permission: "instance:use",
  scope: "instance",
  input: schema.none,
  output: schema.signInList,
  run: service.listSignIns,
});

export const revokeSignIn = defineOperation({
  name: "revoke_sign_in",
  summary: "End one of your sign-ins; that browser or client is out within seconds.",
  kind: "command",
  permission: "instance:use",
  scope: "instance",
  hints: { destructive: true },
  input: schema.signInInput,
  output: schema.done,
  run: async (context, { signInId }) => {
    await service.revokeSignIn(context, signInId);
    return {};
  },
});

export const signOut = defineOperation({
  name: "sign_out",
  summary: "End the sign-in you are asking with.",
  kind: "command",
  permission: "instance:use",
  scope: "instance",
  hints: { destructive: true, idempotent: true },
  input: schema.none,
  output: schema.done,
  run: async (context) => {
    await service.signOut(context);
    return {};
  },
});

export const changePassword = defineOperation({
  name: "change_password",
  summary: "Set a new password; your other sign-ins end.",
  kind: "command",
  permission: "instance:use",
  scope: "instance",
  hints: { secret: true },
  input: schema.changePasswordInput,
  output: schema.changed,
  run: async (context, input) => ({ ended: await service.changePassword(context, input) }),
});
