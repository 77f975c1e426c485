import { defineOperation } from "../operation.ts";
import * as queries from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const listGithubApps = defineOperation({
  name: "list_github_apps",
  summary: "List the organization's GitHub Apps with the accounts and repositories they are installed on.",
  kind: "read",
  permission: "webhooks:manage",
  input: schema.listGithubAppsInput,
  output: schema.githubAppList,
  run: queries.listGithubApps,
});

export const startGithubApp = defineOperation({
  name: "start_github_app",
  summary: "Prepare the form by which your browser makes a GitHub App; GitHub sends you back here with it.",
  kind: "command",
  permission: "webhooks:manage",
  hints: { secret: true },
  input: schema.startGithubAppInput,
  output: schema.startedGithubApp,
  run: service.startGithubApp,
});

export const removeGithubApp = defineOperation({
  name: "remove_github_app",
  summary: "Forget a GitHub App: its secrets go, its deliveries are refused. Delete it at GitHub as well.",
  kind: "command",
  permission: "webhooks:manage",
  hints: { destructive: true },
  input: schema.githubAppInput,
  output: schema.githubAppResult,
  run: async (context, { githubAppId }) => {
    const githubApp = await queries.findGithubApp(context, githubAppId);
    await service.removeGithubApp(context, githubAppId);
    return { githubApp };
  },
});
