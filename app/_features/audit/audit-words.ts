import type { auditGroups } from "#server/audit-log/schema.ts";

/** How each kind of the audit is called. */
export const groupLabels: Record<(typeof auditGroups)[number] | "all", string> = {
  all: "Everything",
  security: "Refused",
  organization: "Organization",
  member: "Members",
  invitation: "Invitations",
  api_key: "API keys",
  token: "Tokens",
  team: "Teams",
  agent: "Agents",
  repo: "Repositories",
  webhook: "Webhooks",
  budget: "Budgets",
  price: "Prices",
  policy: "Standing permissions",
  credential: "Credentials",
};
