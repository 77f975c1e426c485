import { AppError } from "../errors.ts";
import { defineOperation } from "../operation.ts";
import * as queries from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const listOrgs = defineOperation({
  name: "list_orgs",
  summary: "List the organizations you are in, with your role in each.",
  kind: "read",
  permission: "instance:use",
  scope: "instance",
  input: schema.listOrgsInput,
  output: schema.orgList,
  run: queries.listOrganizations,
});

export const createOrg = defineOperation({
  name: "create_org",
  summary: "Make an organization that you own, with a first team and its manager agent.",
  kind: "command",
  permission: "instance:use",
  scope: "instance",
  input: schema.createOrgInput,
  output: schema.createdOrg,
  run: (context, { name, teamName }) => {
    const { actor } = context;
    if (actor.keyId)
      throw new AppError("forbidden", "An API key stays in its organization. Sign in to make another one.");
    return service.foundOrganization(context, { name, ownerId: actor.id, teamName });
  },
});

export const getOrg = defineOperation({
  name: "get_org",
  summary: "Read the organization you are in, whether work is paused, who you are here and what you may do.",
  kind: "read",
  permission: "org:read",
  input: schema.getOrgInput,
  output: schema.orgResult,
  run: queries.readOrganization,
});

export const renameOrg = defineOperation({
  name: "rename_org",
  summary: "Change the organization's name. Its addresses stay as they are.",
  kind: "command",
  permission: "org:manage",
  hints: { idempotent: true },
  input: schema.renameOrgInput,
  output: schema.orgResult,
  run: async (context, { name }) => {
    await service.renameOrganization(context, name);
    return queries.readOrganization(context);
  },
});
