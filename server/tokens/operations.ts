import { AppError } from "../errors.ts";
import { defineOperation } from "../operation.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const authenticate = defineOperation({
  name: "authenticate",
  summary:
    "Exchange an API key, or an e-mail address and password, for an access token (60 minutes) and a refresh token (30 days).",
  kind: "local",
  permission: "instance:use",
  scope: "instance",
  isOpen: true,
  hints: { secret: true },
  input: schema.authenticateInput,
  output: schema.signedIn,
  finish: (_decided, { apiKey, email, password, org }, { runtime, actor }) => {
    const client = { ip: actor.ip ?? "unknown", userAgent: "authenticate" };
    if (apiKey !== undefined && email !== undefined)
      throw new AppError("invalid", "Send either `apiKey`, or `email` and `password`.");
    if (email !== undefined)
      return service.signInWithPassword(runtime, { email, password: password ?? "", org }, client);
    return apiKey === undefined
      ? service.exchangeKeyOf(runtime, actor, client)
      : service.exchangeKey(runtime, apiKey, client);
  },
});

export const getProfile = defineOperation({
  name: "get_profile",
  summary: "Read who you are here, your role, and the organizations you belong to.",
  kind: "read",
  permission: "instance:use",
  scope: "instance",
  isOpen: true,
  input: schema.profileInput,
  output: schema.profile,
  run: service.readProfile,
});

export const updateProfile = defineOperation({
  name: "update_profile",
  summary: "Change what you are called, in every organization.",
  kind: "command",
  permission: "instance:use",
  scope: "instance",
  hints: { idempotent: true },
  input: schema.updateProfileInput,
  output: schema.updatedProfile,
  run: service.updateProfile,
});
