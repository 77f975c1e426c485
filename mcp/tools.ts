import * as agentInstalls from "#server/agent-installs/operations.ts";
import * as agents from "#server/agents/operations.ts";
import * as apiKeys from "#server/api-keys/operations.ts";
import * as audit from "#server/audit-log/operations.ts";
import * as budgets from "#server/budgets/operations.ts";
import * as channels from "#server/channels/operations.ts";
import * as devices from "#server/device-sign-ins/operations.ts";
import * as credentials from "#server/credentials/operations.ts";
import * as providerSignIns from "#server/provider-sign-ins/operations.ts";
import { waitForWork } from "#server/dispatch/operations.ts";
import { createEventTicket } from "#server/event-streams/operations.ts";
import { listActivity, listEvents } from "#server/events/operations.ts";
import * as githubApps from "#server/github-apps/operations.ts";
import * as humanRequests from "#server/human-requests/operations.ts";
import * as knowledge from "#server/knowledge/operations.ts";
import * as learnings from "#server/learnings/operations.ts";
import { claimTask, heartbeat, releaseTask } from "#server/leases/operations.ts";
import * as attached from "#server/attached-tools/operations.ts";
import * as mcpServers from "#server/mcp-servers/operations.ts";
import * as members from "#server/members/operations.ts";
import * as merges from "#server/merges/operations.ts";
import * as messages from "#server/messages/operations.ts";
import * as models from "#server/models/operations.ts";
import type { Operation } from "#server/operation.ts";
import * as organizations from "#server/organizations/operations.ts";
import * as pauses from "#server/pauses/operations.ts";
import * as forecasts from "#server/forecasts/operations.ts";
import * as plans from "#server/plans/operations.ts";
import { getPreferences, setPreferences } from "#server/preferences/operations.ts";
import { getQuota, setQuota } from "#server/quotas/operations.ts";
import * as reports from "#server/reports/operations.ts";
import * as schedules from "#server/schedules/operations.ts";
import * as templates from "#server/templates/operations.ts";
import * as policies from "#server/policies/operations.ts";
import { ping } from "#server/platform/operations.ts";
import { listPricesOperation, setPriceOperation } from "#server/prices/operations.ts";
import { getRealtimeStats, realtimeChannels } from "#server/realtime/operations.ts";
import * as repos from "#server/repos/operations.ts";
import { listResourcesOperation } from "#server/resources/operations.ts";
import * as sandboxes from "#server/sandboxes/operations.ts";
import { listToolsOperation } from "#server/tools/operations.ts";
import * as reviews from "#server/reviews/operations.ts";
import * as samples from "#server/samples/operations.ts";
import * as sessions from "#server/sessions/operations.ts";
import * as signIns from "#server/sign-ins/operations.ts";
import * as taskContexts from "#server/task-contexts/operations.ts";
import * as tasks from "#server/tasks/operations.ts";
import * as teamSettings from "#server/team-settings/operations.ts";
import * as teams from "#server/teams/operations.ts";
import * as terminals from "#server/terminals/operations.ts";
import * as tokens from "#server/tokens/operations.ts";
import { listVerificationsOperation } from "#server/verifications/operations.ts";
import { getTurnLog } from "#server/turns/operations.ts";
import * as webhooks from "#server/webhooks/operations.ts";
import * as workspaceGit from "#server/workspace-git/operations.ts";
import * as workspaceFiles from "#server/workspace-files/operations.ts";
import * as workspaces from "#server/workspaces/operations.ts";
import * as worktrees from "#server/worktrees/operations.ts";

// What agents see. Every operation stands in exactly one of these four; a line here is the whole cost of a new tool.

/** Changes nothing. */
export const readTools: readonly Operation[] = [
  ping,
  organizations.listOrgs,
  teams.listTeams,
  teams.getTeam,
  teamSettings.getTeamSettings,
  teamSettings.getTeamConventions,
  agents.listAgents,
  agents.listTeamAgentsOperation,
  tasks.listTasks,
  tasks.getTask,
  tasks.getTaskEvents,
  tasks.getDependentTasks,
  tasks.waitForTaskCompletion,
  taskContexts.getContext,
  learnings.listLearnings,
  plans.listPlansOperation,
  plans.getPlan,
  plans.getPlanVersion,
  plans.comparePlanVersions,
  plans.getPlanRun,
  forecasts.forecastPlan,
  plans.exportPlanOperation,
  knowledge.searchKnowledge,
  knowledge.lookupType,
  worktrees.getWorktree,
  attached.listAttachedTools,
  reports.listReports,
  reports.getReport,
  messages.getInbox,
  repos.listReposOperation,
  repos.getRepo,
  repos.getTaskDiff,
  repos.getChangedFiles,
  repos.getCommits,
  repos.readFile,
  reviews.listReviewsOperation,
  reviews.getReviewFeedback,
  merges.getMergeStatus,
  humanRequests.getPendingRequests,
  humanRequests.getRequest,
  budgets.getCostSummary,
  channels.listChannels,
  channels.getChannel,
  channels.getProfile,
  channels.listLocks,
  channels.checkMessageOperation,
  channels.readChannel,
  webhooks.listWebhooks,
];

/** Adds or moves; nothing is lost by it. */
export const writeTools: readonly Operation[] = [
  organizations.createOrg,
  tokens.authenticate,
  teams.createTeam,
  teamSettings.updateTeamSettings,
  teamSettings.addTeamConvention,
  agents.createAgent,
  waitForWork,
  claimTask,
  heartbeat,
  releaseTask,
  tasks.createTask,
  tasks.createTasksBatch,
  taskContexts.saveContextOperation,
  learnings.recordLearning,
  plans.createPlanOperation,
  plans.updatePlanOperation,
  plans.writePlan,
  plans.cancelPlanWriting,
  plans.editPlanOperation,
  plans.revisePlanOperation,
  plans.discardPlanRevision,
  plans.importPlanOperation,
  plans.clonePlanOperation,
  plans.pausePlanOperation,
  plans.retryPlanTasks,
  worktrees.createWorktreeOperation,
  tasks.updateTask,
  tasks.changeStatus,
  tasks.assignTask,
  attached.useAttachedTool,
  reports.saveReport,
  messages.sendMessageOperation,
  messages.markMessagesOperation,
  reviews.requestReviewOperation,
  reviews.submitTaskResult,
  reviews.approveTask,
  reviews.requestChanges,
  reviews.addReviewComment,
  reviews.releaseReviewOperation,
  repos.registerRepo,
  repos.updateRepo,
  repos.retryRepo,
  merges.mergeTask,
  humanRequests.askHuman,
  humanRequests.respondToRequest,
  humanRequests.useApproval,
  sessions.startSession,
  sessions.recordUsageOperation,
  sessions.endSession,
  budgets.checkBudgetOperation,
  channels.publish,
  channels.lockChannel,
  channels.unlockChannel,
  channels.grantAccess,
  channels.revokeAccess,
  channels.requestAccess,
  channels.advertiseChannel,
  channels.withdrawAdvert,
  channels.keepHistory,
  channels.changeHandleOperation,
  webhooks.createWebhook,
  webhooks.updateWebhook,
];

/** Takes something away that others may still want. */
export const destructiveTools: readonly Operation[] = [
  tasks.archiveTask,
  worktrees.removeWorktreeOperation,
  tasks.bulkUpdateTasks,
  plans.cancelPlanOperation,
  plans.cancelPlanTasks,
  reviews.rejectTask,
  repos.archiveRepo,
  merges.cancelMergeOperation,
  humanRequests.withdrawRequestOperation,
];

/** For the dashboard and scripts: what an agent does not need, or must not do. */
export const notForAgents: readonly Operation[] = [
  plans.approvePlanOperation,
  plans.resumePlanOperation,
  messages.listConversationsOperation,
  messages.getConversation,
  messages.countUnreadMessages,
  organizations.getOrg,
  organizations.renameOrg,
  audit.listAuditEvents,
  audit.exportAuditEvents,
  pauses.pauseWork,
  pauses.resumeWork,
  members.listMembers,
  members.listInvitations,
  members.inviteMember,
  members.revokeInvitation,
  members.acceptInvitation,
  members.changeMemberRole,
  members.deactivateMember,
  members.reactivateMember,
  members.createPasswordReset,
  teams.updateTeam,
  teams.archiveTeam,
  teams.addTeamMember,
  teams.removeTeamMember,
  agents.updateAgent,
  agents.archiveAgent,
  apiKeys.listApiKeys,
  apiKeys.createApiKey,
  apiKeys.rotateApiKey,
  apiKeys.revokeApiKey,
  signIns.listSignIns,
  signIns.revokeSignIn,
  signIns.signOut,
  signIns.changePassword,
  devices.getDevice,
  devices.approveDevice,
  devices.denyDevice,
  tokens.getProfile,
  tokens.updateProfile,
  samples.startSample,
  samples.getSampleCrew,
  samples.callSampleCrew,
  samples.sendSampleCrewHome,
  taskContexts.previewContext,
  plans.previewPlanBrief,
  taskContexts.adjustContextOperation,
  listResourcesOperation,
  listToolsOperation,
  mcpServers.listMcpServers,
  mcpServers.addMcpServer,
  mcpServers.updateMcpServer,
  mcpServers.removeMcpServer,
  mcpServers.checkMcpServer,
  mcpServers.acceptMcpTools,
  mcpServers.offerMcpServer,
  mcpServers.importMcpServersOperation,
  mcpServers.exportMcpServersOperation,
  knowledge.listKnowledge,
  knowledge.addDocument,
  knowledge.addRepoKnowledge,
  knowledge.replaceDocument,
  knowledge.reindexKnowledge,
  knowledge.cancelIndexing,
  knowledge.removeKnowledge,
  learnings.editLearning,
  learnings.removeLearning,
  listVerificationsOperation,
  tasks.getBoard,
  tasks.getGraph,
  listActivity,
  listEvents,
  createEventTicket,
  merges.listMergesOperation,
  humanRequests.listRequests,
  humanRequests.listWaitingOperation,
  humanRequests.respondToRequests,
  humanRequests.createApprovalPolicy,
  humanRequests.listApprovalPolicies,
  humanRequests.revokeApprovalPolicy,
  agentInstalls.installAgentKind,
  agentInstalls.listAgentInstalls,
  reports.shareReport,
  reports.removeReport,
  templates.listTemplates,
  templates.saveTemplate,
  templates.removeTemplate,
  templates.fillTemplate,
  templates.createTaskFromTemplate,
  schedules.listSchedules,
  schedules.saveSchedule,
  schedules.removeSchedule,
  getQuota,
  setQuota,
  getPreferences,
  setPreferences,
  sandboxes.listSandboxesOperation,
  sandboxes.getSandbox,
  sandboxes.stopSandbox,
  sandboxes.removeSandbox,
  sandboxes.listCaches,
  sandboxes.clearCacheOperation,
  policies.listPolicies,
  policies.setPolicy,
  policies.removePolicy,
  policies.explainPermission,
  policies.getSessionFlags,
  webhooks.rotateWebhookSecret,
  webhooks.deleteWebhook,
  webhooks.listWebhookDeliveries,
  webhooks.getWebhookDelivery,
  webhooks.replayDelivery,
  githubApps.listGithubApps,
  githubApps.startGithubApp,
  githubApps.removeGithubApp,
  realtimeChannels,
  getRealtimeStats,
  workspaces.listWorkspacesOperation,
  workspaces.getWorkspace,
  workspaces.createWorkspace,
  workspaces.renameWorkspace,
  workspaces.retryWorkspace,
  workspaces.removeWorkspace,
  terminals.listTerminalsOperation,
  terminals.openTerminal,
  terminals.closeTerminal,
  terminals.openPreview,
  terminals.listPreviewPorts,
  workspaceGit.workspaceGitStatus,
  workspaceGit.workspaceDiffOperation,
  workspaceGit.stageWorkspaceFiles,
  workspaceGit.unstageWorkspaceFiles,
  workspaceGit.commitWorkspace,
  workspaceGit.listWorkspaceBranches,
  workspaceGit.checkoutWorkspaceBranch,
  workspaceGit.workspaceLog,
  workspaceGit.pushWorkspace,
  workspaceGit.workspaceFetch,
  workspaceFiles.listWorkspaceFiles,
  workspaceFiles.searchWorkspaceFiles,
  workspaceFiles.readWorkspaceFile,
  workspaceFiles.writeWorkspaceFile,
  workspaceFiles.createWorkspaceFolder,
  workspaceFiles.renameWorkspaceFile,
  workspaceFiles.deleteWorkspaceFile,
  budgets.listBudgetsOperation,
  budgets.setBudget,
  budgets.removeBudget,
  listPricesOperation,
  setPriceOperation,
  sessions.listSessionsOperation,
  sessions.listSessionsAtWork,
  sessions.listAgentKinds,
  sessions.createSession,
  sessions.getSession,
  sessions.listSessionChunks,
  sessions.sendSessionMessage,
  sessions.renameSession,
  sessions.cancelSessionTurn,
  sessions.pauseSession,
  sessions.resumeSession,
  sessions.forkSession,
  sessions.stopSessionOperation,
  sessions.archiveSession,
  sessions.removeSession,
  sessions.setSessionMode,
  sessions.setSessionModel,
  credentials.listCredentialsOperation,
  credentials.saveCredentialOperation,
  credentials.rotateCredentialOperation,
  credentials.removeCredentialOperation,
  credentials.listOwnCredentialsOperation,
  credentials.saveOwnCredentialOperation,
  credentials.removeOwnCredentialOperation,
  providerSignIns.listSignInProvidersOperation,
  providerSignIns.setSignInProviderOperation,
  providerSignIns.removeSignInProviderOperation,
  providerSignIns.listProviderSignIns,
  providerSignIns.startProviderSignIn,
  providerSignIns.cancelProviderSignIn,
  models.getModelRouting,
  models.setModelRouting,
  models.getModelSavings,
  getTurnLog,
  channels.subscribeChannel,
  channels.getStatistics,
  channels.listHandlesOperation,
];
