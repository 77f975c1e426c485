import type { auditGroups } from "#server/audit-log/schema.ts";

/** How each kind of the audit is called. */
export const groupLabels: Record<(typeof auditGroups)[number] | "all", string> = {
  all: "Everything",
  security: "Refused",
  organization: "Organization",
  member: "Members",
  invitation: "Invitations",
  api_key: "API keys",
  team: "Teams",
  agent: "Agents",
  repo: "Repositories",
  webhook: "Webhooks",
  github_app: "GitHub Apps",
  budget: "Budgets",
  price: "Prices",
  credential: "Model keys",
  model_routing: "Model routing",
  policy: "Standing permissions",
  tool_policy: "Permissions of tools",
  request: "Answers to permissions and approvals",
  mcp_server: "MCP servers",
  quota: "Quotas",
  sandbox: "Sandboxes",
  cache: "Caches",
};
