import "server-only";
import { notFound } from "next/navigation";
import type { z } from "zod";
import { caller, type PageCaller } from "#app/_lib/caller.ts";
import type { Answer } from "#app/_lib/hydrated.tsx";
import { listAgents } from "#server/agents/operations.ts";
import { listApiKeys } from "#server/api-keys/operations.ts";
import { getCostSummary, listBudgetsOperation } from "#server/budgets/operations.ts";
import { getChannel, listChannels } from "#server/channels/operations.ts";
import { listCredentialsOperation, listOwnCredentialsOperation } from "#server/credentials/operations.ts";
import { AppError } from "#server/errors.ts";
import { listGithubApps } from "#server/github-apps/operations.ts";
import { listKnowledge } from "#server/knowledge/operations.ts";
import { listMcpServers } from "#server/mcp-servers/operations.ts";
import { listInvitations, listMembers } from "#server/members/operations.ts";
import { listMergesOperation } from "#server/merges/operations.ts";
import { getModelSavings } from "#server/models/operations.ts";
import type { Operation } from "#server/operation.ts";
import { getOrg } from "#server/organizations/operations.ts";
import { listPolicies } from "#server/policies/operations.ts";
import { getPreferences } from "#server/preferences/operations.ts";
import { listPricesOperation } from "#server/prices/operations.ts";
import { getQuota } from "#server/quotas/operations.ts";
import { getRealtimeStats } from "#server/realtime/operations.ts";
import { getReport } from "#server/reports/operations.ts";
import { getRepo, listReposOperation } from "#server/repos/operations.ts";
import { listResourcesOperation } from "#server/resources/operations.ts";
import { listCaches, listSandboxesOperation } from "#server/sandboxes/operations.ts";
import { listSchedules } from "#server/schedules/operations.ts";
import { listSignIns } from "#server/sign-ins/operations.ts";
import { getTeamSettings } from "#server/team-settings/operations.ts";
import { getTeam, listTeams } from "#server/teams/operations.ts";
import { listTemplates } from "#server/templates/operations.ts";
import { listWebhookDeliveries, listWebhooks } from "#server/webhooks/operations.ts";

type Ask = (page: PageCaller) => Promise<Answer | undefined>;

/** A team's agents, and who looks. */
export const loadAgents = (orgRef: string, teamId: string, { archived = false }: { archived?: boolean } = {}) =>
  answers(orgRef, me, ask("agents.list", listAgents, { teamId, archived }));

/** A team's repositories. */
export const loadRepos = (orgRef: string, teamId: string) =>
  answers(orgRef, me, ask("repos.list", listReposOperation, { teamId, archived: false }));

/** One repository, and what was merged into it. */
export const loadRepo = (orgRef: string, teamId: string, repoId: string) =>
  answers(
    orgRef,
    me,
    ask("repos.get", getRepo, { repoId }),
    ask("merges.list", listMergesOperation, { teamId, limit: 100 }),
  );

/** What a team's merge queue tests and what waits in it. */
export const loadQueue = (orgRef: string, teamId: string) =>
  answers(
    orgRef,
    me,
    ask("repos.list", listReposOperation, { teamId, archived: false }),
    ask("merges.list", listMergesOperation, { teamId, status: ["queued", "testing"], limit: 200 }),
  );

/** What sentences of the feed name by id alone. */
export const loadActivity = (orgRef: string, teamId: string) =>
  answers(
    orgRef,
    everybody,
    teams,
    ask("agents.list", listAgents, { archived: true }),
    ask("repos.list", listReposOperation, { teamId, archived: true }),
  );

/** The channels of the organization, by whose they are. */
export const loadChannels = (orgRef: string, search: string) =>
  answers(
    orgRef,
    me,
    ...(["mine", "public", "others", "system"] as const).map((scope) =>
      ask("channels.list", listChannels, { scope, search, limit: 50 }),
    ),
  );

/** One channel, and who looks. */
export const loadChannel = (orgRef: string, channel: string) =>
  answers(orgRef, me, ask("channels.get", getChannel, { channel }));

export const loadOrganization = (orgRef: string) => answers(orgRef, me);

export const loadMembers = (orgRef: string) =>
  answers(orgRef, me, everybody, teams, ask("members.invitations", listInvitations, { ended: false }));

export const loadTeams = (orgRef: string) => answers(orgRef, me, teams);

export const loadTeam = (orgRef: string, teamId: string) =>
  answers(
    orgRef,
    me,
    ask("teams.get", getTeam, { teamId }),
    ask("teams.settings", getTeamSettings, { teamId }),
    ask("members.list", listMembers, { deactivated: false }),
  );

/** Whom the audit names; its entries are read by the browser, which knows the reader's day. */
export const loadAudit = (orgRef: string) =>
  answers(orgRef, me, everybody, teams, ask("agents.list", listAgents, { archived: true }));

export const loadApiKeys = (orgRef: string) =>
  answers(
    orgRef,
    me,
    ask("apiKeys.list", listApiKeys, { ended: false }),
    ask("agents.list", listAgents, { archived: false }),
  );

/** What a team spends this month, and its caps. */
export const loadCosts = (orgRef: string, teamId: string) =>
  answers(
    orgRef,
    me,
    ask("budgets.list", listBudgetsOperation, { teamId }),
    ask("budgets.costs", getCostSummary, { teamId, by: ["day", "model", "agent", "task"] }),
  );

export const loadBudgets = (orgRef: string) =>
  answers(
    orgRef,
    me,
    teams,
    everybody,
    ask("budgets.list", listBudgetsOperation, {}),
    ask("agents.list", listAgents, { archived: false }),
  );

export const loadPrices = (orgRef: string) => answers(orgRef, me, ask("prices.list", listPricesOperation, {}));

export const loadPolicies = (orgRef: string) => answers(orgRef, me, ask("policies.list", listPolicies, {}));

export const loadReports = (orgRef: string) => answers(orgRef, me, teams);

export const loadReport = (orgRef: string, reportId: string) =>
  answers(orgRef, me, teams, ask("reports.get", getReport, { reportId }));

export const loadTemplates = (orgRef: string) => answers(orgRef, me, teams, ask("templates.list", listTemplates, {}));

export const loadSchedules = (orgRef: string) =>
  answers(
    orgRef,
    me,
    ask("schedules.list", listSchedules, { history: 20 }),
    ask("templates.list", listTemplates, { kind: "task" }),
  );

export const loadQuotas = (orgRef: string) =>
  answers(orgRef, me, ask("members.list", listMembers, { deactivated: false }), ask("quotas.get", getQuota, {}));

export const loadPreferences = (orgRef: string) => answers(orgRef, me, ask("preferences.get", getPreferences, {}));

/** Keys of providers and what routing saved; the table is read by the browser, which knows the chosen team. */
export const loadModels = (orgRef: string) =>
  answers(
    orgRef,
    me,
    teams,
    ask("credentials.own", listOwnCredentialsOperation, {}),
    ask("credentials.list", listCredentialsOperation, {}),
    ask("models.savings", getModelSavings, {}),
  );

export const loadTools = (orgRef: string) => answers(orgRef, me, ask("mcpServers.list", listMcpServers, {}));

export const loadKnowledge = (orgRef: string) => answers(orgRef, me, teams, ask("knowledge.list", listKnowledge, {}));

export const loadSandboxes = (orgRef: string) =>
  answers(orgRef, me, ask("sandboxes.list", listSandboxesOperation, {}), ask("caches.list", listCaches, {}));

export const loadResources = (orgRef: string) => answers(orgRef, me, ask("resources.list", listResourcesOperation, {}));

export const loadWebhooks = (orgRef: string) =>
  answers(
    orgRef,
    me,
    teams,
    ask("webhooks.list", listWebhooks, {}),
    ask("webhooks.deliveries", listWebhookDeliveries, { limit: 50 }),
    ask("githubApps.list", listGithubApps, {}),
  );

/** How the realtime of the organization does. */
export const loadRealtime = (orgRef: string) => answers(orgRef, ask("realtime.stats", getRealtimeStats, {}));

export const loadProfile = (orgRef: string) => answers(orgRef, me, ask("signIns.list", listSignIns, {}));

const me: Ask = ask("organizations.get", getOrg, {});
const everybody: Ask = ask("members.list", listMembers, { deactivated: true });
const teams: Ask = ask("teams.list", listTeams, { archived: true });

async function answers(orgRef: string, ...asks: Ask[]): Promise<Answer[]> {
  const page = await caller(orgRef);
  return (await Promise.all(asks.map((each) => each(page)))).flatMap((answer) => answer ?? []);
}

function ask<Input extends z.ZodObject, Output extends z.ZodObject>(
  path: string,
  operation: Operation<Input, Output>,
  input: z.input<Input>,
): Ask {
  return async (page) => {
    try {
      return { path, input, data: await page.run(operation, input) };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // What the person may not see is left out: the page says who can grant it.
      if (error.code === "forbidden") return undefined;
      if (error.code === "not_found" || error.code === "invalid") notFound();
      throw error;
    }
  };
}
