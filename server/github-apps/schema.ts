import { z } from "zod";
import { id, isoTime } from "../ids.ts";

export const githubApp = z.object({
  id,
  appId: z.int().describe("GitHub's number of the App."),
  name: z.string(),
  slug: z.string(),
  url: z.string().describe("Its page at GitHub."),
  installUrl: z.string().describe("Where people install it."),
  owner: z.string(),
  teamId: id.describe("Whose tasks it makes where a repository belongs to no other team."),
  createdAt: isoTime,
  installations: z.array(
    z.object({
      installationId: z.int(),
      account: z.string(),
      status: z.enum(["active", "suspended", "removed"]),
      repositories: z.array(z.string()).describe("The first hundred, by name."),
      repositoryCount: z.int(),
      updatedAt: isoTime,
    }),
  ),
});
export type GithubApp = z.output<typeof githubApp>;

export const startGithubAppInput = z.strictObject({
  teamId: id,
  owner: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9](-?[A-Za-z0-9])*$/, "An organization's name at GitHub has letters, digits and single hyphens.")
    .max(39)
    .nullable()
    .default(null)
    .describe("The organization at GitHub that is to own the App. Null: your own account."),
  label: z
    .string()
    .trim()
    .min(1)
    .max(50)
    .nullable()
    .default(null)
    .describe("Only issues and pull requests with this label make tasks. Null: all of them."),
});
export const startedGithubApp = z.object({
  action: z.string().describe("Where the form is sent to, by POST."),
  manifest: z.string().describe("The form's one field."),
  expiresAt: isoTime,
});
export const listGithubAppsInput = z.strictObject({});
export const githubAppList = z.object({
  githubApps: z.array(githubApp),
  githubUrl: z.string(),
  isReachable: z
    .boolean()
    .describe("False: this server has an address of its own machine only; GitHub cannot send to it."),
});
export const githubAppInput = z.strictObject({ githubAppId: id });
export const githubAppResult = z.object({ githubApp });
