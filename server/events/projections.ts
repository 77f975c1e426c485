import { organizationProjections } from "../organizations/projection.ts";
import { memberProjections } from "../members/projection.ts";
import { teamProjections } from "../teams/projection.ts";
import { agentProjections } from "../agents/projection.ts";
import { apiKeyProjections } from "../api-keys/projection.ts";
import { repoProjections } from "../repos/projection.ts";
import { taskProjections } from "../tasks/projection.ts";
import { planProjections } from "../plans/projection.ts";
import { taskContextProjections } from "../task-contexts/projection.ts";
import { knowledgeProjections } from "../knowledge/projection.ts";
import { learningProjections } from "../learnings/projection.ts";
import { mcpServerProjections } from "../mcp-servers/projection.ts";
import { verificationProjections } from "../verifications/projection.ts";
import { worktreeProjections } from "../worktrees/projection.ts";
import { messageProjections } from "../messages/projection.ts";
import { humanRequestProjections } from "../human-requests/projection.ts";
import { quotaProjections } from "../quotas/projection.ts";
import { reportProjections } from "../reports/projection.ts";
import { scheduleProjections } from "../schedules/projection.ts";
import { templateProjections } from "../templates/projection.ts";
import { toolPolicyProjections } from "../policies/projection.ts";
import { reviewProjections } from "../reviews/projection.ts";
import { mergeProjections } from "../merges/projection.ts";
import { sandboxProjections } from "../sandboxes/projection.ts";
import { securityProjections } from "../security/projection.ts";
import { budgetProjections } from "../budgets/projection.ts";
import { priceProjections } from "../prices/projection.ts";
import { sessionProjections } from "../sessions/projection.ts";
import { channelProjections } from "../channels/projection.ts";
import { webhookProjections } from "../webhooks/projection.ts";
import { githubAppProjections } from "../github-apps/projection.ts";
import { credentialProjections } from "../credentials/projection.ts";
import { providerSignInProjections } from "../provider-sign-ins/projection.ts";
import { modelProjections } from "../models/projection.ts";
import { workspaceProjections } from "../workspaces/projection.ts";
import type { Projection } from "./projection.ts";
import type { EventType } from "./registry.ts";

/** What each type of event does to the tables. The compiler asks for a line per type. */
export const projections: Record<EventType, Projection> = {
  ...organizationProjections,
  ...memberProjections,
  ...teamProjections,
  ...agentProjections,
  ...apiKeyProjections,
  ...repoProjections,
  ...taskProjections,
  ...planProjections,
  ...taskContextProjections,
  ...knowledgeProjections,
  ...learningProjections,
  ...mcpServerProjections,
  ...verificationProjections,
  ...worktreeProjections,
  ...messageProjections,
  ...reviewProjections,
  ...mergeProjections,
  ...sandboxProjections,
  ...securityProjections,
  ...humanRequestProjections,
  ...toolPolicyProjections,
  ...quotaProjections,
  ...reportProjections,
  ...templateProjections,
  ...scheduleProjections,
  ...budgetProjections,
  ...priceProjections,
  ...sessionProjections,
  ...channelProjections,
  ...webhookProjections,
  ...githubAppProjections,
  ...credentialProjections,
  ...providerSignInProjections,
  ...modelProjections,
  ...workspaceProjections,
};

/** The tables that are folds of the events; `replay` rebuilds and compares each of them. Nothing else writes to them. */
export const projectedTables = [
  "organizations",
  "memberships",
  "invitations",
  "teams",
  "team_members",
  "agents",
  "api_keys",
  "repos",
  "plans",
  "plan_versions",
  "tasks",
  "task_outputs",
  "task_dependencies",
  "task_contexts",
  "task_context_adjustments",
  "learnings",
  "knowledge_sources",
  "mcp_servers",
  "verifications",
  "worktrees",
  "leases",
  "messages",
  "message_receipts",
  "reviews",
  "review_approvals",
  "review_comments",
  "merge_jobs",
  "gate_runs",
  "human_requests",
  "approval_policies",
  "tool_policies",
  "quotas",
  "reports",
  "templates",
  "schedules",
  "schedule_runs",
  "budgets",
  "prices",
  "sessions",
  "session_flags",
  "usage_records",
  "task_costs",
  "handles",
  "channels",
  "channel_grants",
  "webhooks",
  "github_apps",
  "github_installations",
  "github_installation_repos",
  "model_credentials",
  "sign_in_providers",
  "model_routings",
  "workspaces",
] as const;
