import { z } from "zod";
import { orgRoles } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";
import { pause } from "../pauses/schema.ts";

const orgName = z.string().trim().min(1).max(100);

const organization = z.object({
  id,
  name: z.string(),
  slug: z.string().describe("Stands in its addresses and never changes."),
  createdAt: isoTime,
  paused: pause,
});
export type Organization = z.output<typeof organization>;

export const listOrgsInput = z.strictObject({});
export const orgList = z.object({ organizations: z.array(organization.extend({ role: z.enum(orgRoles) })) });
export type OrgList = z.output<typeof orgList>;

export const createOrgInput = z.strictObject({
  name: orgName,
  teamName: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .default("General")
    .describe("Its first team, which comes with a manager agent."),
});
export const createdOrg = z.object({ orgId: id, slug: z.string(), teamId: id, managerAgentId: id });

export const getOrgInput = z.strictObject({});
export const orgResult = z.object({
  organization,
  you: z
    .object({ kind: z.string(), id: z.string(), name: z.string(), role: z.string(), permissions: z.array(z.string()) })
    .describe("Who you are here, and what you may do."),
});

export const renameOrgInput = z.strictObject({ name: orgName });
