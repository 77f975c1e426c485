import * as agentInstalls from "../agent-installs/operations.ts";
import * as agents from "../agents/operations.ts";
import * as apiKeys from "../api-keys/operations.ts";
import * as audit from "../audit-log/operations.ts";
import * as budgets from "../budgets/operations.ts";
import * as channels from "../channels/operations.ts";
import * as devices from "../device-sign-ins/operations.ts";
import * as credentials from "../credentials/operations.ts";
import * as providerSignIns from "../provider-sign-ins/operations.ts";
import { waitForWork } from "../dispatch/operations.ts";
import { createEventTicket } from "../event-streams/operations.ts";
import { listActivity, listEvents } from "../events/operations.ts";
import * as humanRequests from "../human-requests/operations.ts";
import * as githubApps from "../github-apps/operations.ts";
import { claimTask, heartbeat, releaseTask } from "../leases/operations.ts";
import * as attached from "../attached-tools/operations.ts";
import * as mcpServers from "../mcp-servers/operations.ts";
import * as members from "../members/operations.ts";
import * as merges from "../merges/operations.ts";
import * as messages from "../messages/operations.ts";
import * as models from "../models/operations.ts";
import * as organizations from "../organizations/operations.ts";
import * as pauses from "../pauses/operations.ts";
import { listPricesOperation, setPriceOperation } from "../prices/operations.ts";
import * as forecasts from "../forecasts/operations.ts";
import * as plans from "../plans/operations.ts";
import { getPreferences, setPreferences } from "../preferences/operations.ts";
import { getQuota, setQuota } from "../quotas/operations.ts";
import * as reports from "../reports/operations.ts";
import * as schedules from "../schedules/operations.ts";
import * as templates from "../templates/operations.ts";
import * as policies from "../policies/operations.ts";
import { ping } from "../platform/operations.ts";
import { getRealtimeStats, realtimeChannels } from "../realtime/operations.ts";
import * as repos from "../repos/operations.ts";
import { listResourcesOperation } from "../resources/operations.ts";
import * as sandboxes from "../sandboxes/operations.ts";
import { listToolsOperation } from "../tools/operations.ts";
import * as reviews from "../reviews/operations.ts";
import * as samples from "../samples/operations.ts";
import * as sessions from "../sessions/operations.ts";
import * as signIns from "../sign-ins/operations.ts";
import * as tasks from "../tasks/operations.ts";
import * as knowledge from "../knowledge/operations.ts";
import * as learnings from "../learnings/operations.ts";
import * as taskContexts from "../task-contexts/operations.ts";
import { listVerificationsOperation } from "../verifications/operations.ts";
import * as teamSettings from "../team-settings/operations.ts";
import * as teams from "../teams/operations.ts";
import * as terminals from "../terminals/operations.ts";
import * as tokens from "../tokens/operations.ts";
import { getTurnLog } from "../turns/operations.ts";
import * as workspaceGit from "../workspace-git/operations.ts";
import * as workspaceFiles from "../workspace-files/operations.ts";
import * as workspaces from "../workspaces/operations.ts";
import * as worktrees from "../worktrees/operations.ts";
import * as webhooks from "../webhooks/operations.ts";
import { mutation, query, router } from "./trpc.ts";

/** Everything there is to ask for, by noun: the API's table of contents. HTTP and OpenAPI are read from here too. */
export const appRouter = router({
  platform: router({ ping: query(ping) }),
  organizations: router({
    list: query(organizations.listOrgs),
    get: query(organizations.getOrg),
    create: mutation(organizations.createOrg),
    rename: mutation(organizations.renameOrg),
  }),
  pauses: router({
    pause: mutation(pauses.pauseWork),
    resume: mutation(pauses.resumeWork),
  }),
  members: router({
    list: query(members.listMembers),
    invitations: query(members.listInvitations),
    invite: mutation(members.inviteMember),
    revokeInvitation: mutation(members.revokeInvitation),
    acceptInvitation: mutation(members.acceptInvitation),
    changeRole: mutation(members.changeMemberRole),
    deactivate: mutation(members.deactivateMember),
    reactivate: mutation(members.reactivateMember),
    resetPassword: mutation(members.createPasswordReset),
  }),
  teams: router({
    list: query(teams.listTeams),
    get: query(teams.getTeam),
    create: mutation(teams.createTeam),
    update: mutation(teams.updateTeam),
    archive: mutation(teams.archiveTeam),
    addMember: mutation(teams.addTeamMember),
    removeMember: mutation(teams.removeTeamMember),
    settings: query(teamSettings.getTeamSettings),
    updateSettings: mutation(teamSettings.updateTeamSettings),
    conventions: query(teamSettings.getTeamConventions),
    addConvention: mutation(teamSettings.addTeamConvention),
  }),
  agents: router({
    list: query(agents.listAgents),
    ofTeam: query(agents.listTeamAgentsOperation),
    create: mutation(agents.createAgent),
    update: mutation(agents.updateAgent),
    archive: mutation(agents.archiveAgent),
  }),
  apiKeys: router({
    list: query(apiKeys.listApiKeys),
    create: mutation(apiKeys.createApiKey),
    rotate: mutation(apiKeys.rotateApiKey),
    revoke: mutation(apiKeys.revokeApiKey),
  }),
  signIns: router({
    list: query(signIns.listSignIns),
    revoke: mutation(signIns.revokeSignIn),
    signOut: mutation(signIns.signOut),
    changePassword: mutation(signIns.changePassword),
  }),
  devices: router({
    get: mutation(devices.getDevice),
    approve: mutation(devices.approveDevice),
    deny: mutation(devices.denyDevice),
  }),
  profile: router({ get: query(tokens.getProfile), update: mutation(tokens.updateProfile) }),
  tokens: router({ authenticate: mutation(tokens.authenticate) }),
  samples: router({
    start: mutation(samples.startSample),
    crew: query(samples.getSampleCrew),
    callCrew: mutation(samples.callSampleCrew),
    sendCrewHome: mutation(samples.sendSampleCrewHome),
  }),
  forecasts: router({ plan: query(forecasts.forecastPlan) }),
  plans: router({
    list: query(plans.listPlansOperation),
    get: query(plans.getPlan),
    getVersion: query(plans.getPlanVersion),
    compare: query(plans.comparePlanVersions),
    run: query(plans.getPlanRun),
    export: query(plans.exportPlanOperation),
    create: mutation(plans.createPlanOperation),
    update: mutation(plans.updatePlanOperation),
    write: mutation(plans.writePlan),
    // A reading, sent as a body: what is wanted may be longer than an address.
    previewBrief: mutation(plans.previewPlanBrief),
    cancelWriting: mutation(plans.cancelPlanWriting),
    edit: mutation(plans.editPlanOperation),
    revise: mutation(plans.revisePlanOperation),
    discardRevision: mutation(plans.discardPlanRevision),
    approve: mutation(plans.approvePlanOperation),
    pause: mutation(plans.pausePlanOperation),
    resume: mutation(plans.resumePlanOperation),
    cancel: mutation(plans.cancelPlanOperation),
    retryTasks: mutation(plans.retryPlanTasks),
    cancelTasks: mutation(plans.cancelPlanTasks),
    import: mutation(plans.importPlanOperation),
    clone: mutation(plans.clonePlanOperation),
  }),
  tasks: router({
    list: query(tasks.listTasks),
    get: query(tasks.getTask),
    board: query(tasks.getBoard),
    graph: query(tasks.getGraph),
    events: query(tasks.getTaskEvents),
    create: mutation(tasks.createTask),
    createBatch: mutation(tasks.createTasksBatch),
    dependents: query(tasks.getDependentTasks),
    waitForCompletion: mutation(tasks.waitForTaskCompletion),
    context: query(taskContexts.getContext),
    saveContext: mutation(taskContexts.saveContextOperation),
    previewContext: query(taskContexts.previewContext),
    adjustContext: mutation(taskContexts.adjustContextOperation),
    verifications: query(listVerificationsOperation),
    update: mutation(tasks.updateTask),
    changeStatus: mutation(tasks.changeStatus),
    assign: mutation(tasks.assignTask),
    archive: mutation(tasks.archiveTask),
    bulkUpdate: mutation(tasks.bulkUpdateTasks),
  }),
  resources: router({ list: query(listResourcesOperation) }),
  tools: router({ list: query(listToolsOperation) }),
  mcpServers: router({
    list: query(mcpServers.listMcpServers),
    add: mutation(mcpServers.addMcpServer),
    update: mutation(mcpServers.updateMcpServer),
    remove: mutation(mcpServers.removeMcpServer),
    check: mutation(mcpServers.checkMcpServer),
    accept: mutation(mcpServers.acceptMcpTools),
    offer: mutation(mcpServers.offerMcpServer),
    tools: query(attached.listAttachedTools),
    use: mutation(attached.useAttachedTool),
    import: mutation(mcpServers.importMcpServersOperation),
    export: query(mcpServers.exportMcpServersOperation),
  }),
  knowledge: router({
    list: query(knowledge.listKnowledge),
    search: mutation(knowledge.searchKnowledge),
    lookup: query(knowledge.lookupType),
    addDocument: mutation(knowledge.addDocument),
    addRepo: mutation(knowledge.addRepoKnowledge),
    replaceDocument: mutation(knowledge.replaceDocument),
    reindex: mutation(knowledge.reindexKnowledge),
    cancel: mutation(knowledge.cancelIndexing),
    remove: mutation(knowledge.removeKnowledge),
  }),
  learnings: router({
    list: query(learnings.listLearnings),
    record: mutation(learnings.recordLearning),
    edit: mutation(learnings.editLearning),
    remove: mutation(learnings.removeLearning),
  }),
  leases: router({
    claim: mutation(claimTask),
    wait: mutation(waitForWork),
    heartbeat: mutation(heartbeat),
    release: mutation(releaseTask),
  }),
  repos: router({
    list: query(repos.listReposOperation),
    get: query(repos.getRepo),
    register: mutation(repos.registerRepo),
    update: mutation(repos.updateRepo),
    archive: mutation(repos.archiveRepo),
    retry: mutation(repos.retryRepo),
    diff: query(repos.getTaskDiff),
    changedFiles: query(repos.getChangedFiles),
    commits: query(repos.getCommits),
    readFile: query(repos.readFile),
  }),
  workspaces: router({
    list: query(workspaces.listWorkspacesOperation),
    get: query(workspaces.getWorkspace),
    create: mutation(workspaces.createWorkspace),
    rename: mutation(workspaces.renameWorkspace),
    retry: mutation(workspaces.retryWorkspace),
    remove: mutation(workspaces.removeWorkspace),
  }),
  terminals: router({
    list: query(terminals.listTerminalsOperation),
    open: mutation(terminals.openTerminal),
    close: mutation(terminals.closeTerminal),
    openPreview: mutation(terminals.openPreview),
    previewPorts: query(terminals.listPreviewPorts),
  }),
  workspaceGit: router({
    status: query(workspaceGit.workspaceGitStatus),
    diff: query(workspaceGit.workspaceDiffOperation),
    stage: mutation(workspaceGit.stageWorkspaceFiles),
    unstage: mutation(workspaceGit.unstageWorkspaceFiles),
    commit: mutation(workspaceGit.commitWorkspace),
    branches: query(workspaceGit.listWorkspaceBranches),
    checkout: mutation(workspaceGit.checkoutWorkspaceBranch),
    log: query(workspaceGit.workspaceLog),
    push: mutation(workspaceGit.pushWorkspace),
    fetch: mutation(workspaceGit.workspaceFetch),
  }),
  workspaceFiles: router({
    list: query(workspaceFiles.listWorkspaceFiles),
    search: query(workspaceFiles.searchWorkspaceFiles),
    read: query(workspaceFiles.readWorkspaceFile),
    write: mutation(workspaceFiles.writeWorkspaceFile),
    createFolder: mutation(workspaceFiles.createWorkspaceFolder),
    rename: mutation(workspaceFiles.renameWorkspaceFile),
    delete: mutation(workspaceFiles.deleteWorkspaceFile),
  }),
  worktrees: router({
    get: query(worktrees.getWorktree),
    create: mutation(worktrees.createWorktreeOperation),
    remove: mutation(worktrees.removeWorktreeOperation),
  }),
  reviews: router({
    list: query(reviews.listReviewsOperation),
    feedback: query(reviews.getReviewFeedback),
    request: mutation(reviews.requestReviewOperation),
    submitResult: mutation(reviews.submitTaskResult),
    approve: mutation(reviews.approveTask),
    requestChanges: mutation(reviews.requestChanges),
    reject: mutation(reviews.rejectTask),
    comment: mutation(reviews.addReviewComment),
    release: mutation(reviews.releaseReviewOperation),
  }),
  merges: router({
    list: query(merges.listMergesOperation),
    status: query(merges.getMergeStatus),
    merge: mutation(merges.mergeTask),
    cancel: mutation(merges.cancelMergeOperation),
  }),
  messages: router({
    inbox: query(messages.getInbox),
    conversations: query(messages.listConversationsOperation),
    conversation: query(messages.getConversation),
    unread: query(messages.countUnreadMessages),
    send: mutation(messages.sendMessageOperation),
    mark: mutation(messages.markMessagesOperation),
  }),
  requests: router({
    pending: query(humanRequests.getPendingRequests),
    waiting: query(humanRequests.listWaitingOperation),
    get: query(humanRequests.getRequest),
    list: query(humanRequests.listRequests),
    policies: query(humanRequests.listApprovalPolicies),
    ask: mutation(humanRequests.askHuman),
    respond: mutation(humanRequests.respondToRequest),
    respondAll: mutation(humanRequests.respondToRequests),
    withdraw: mutation(humanRequests.withdrawRequestOperation),
    useApproval: mutation(humanRequests.useApproval),
    createPolicy: mutation(humanRequests.createApprovalPolicy),
    revokePolicy: mutation(humanRequests.revokeApprovalPolicy),
  }),
  agentInstalls: router({
    list: query(agentInstalls.listAgentInstalls),
    install: mutation(agentInstalls.installAgentKind),
  }),
  reports: router({
    list: query(reports.listReports),
    get: query(reports.getReport),
    save: mutation(reports.saveReport),
    share: mutation(reports.shareReport),
    remove: mutation(reports.removeReport),
  }),
  templates: router({
    list: query(templates.listTemplates),
    fill: query(templates.fillTemplate),
    save: mutation(templates.saveTemplate),
    remove: mutation(templates.removeTemplate),
    createTask: mutation(templates.createTaskFromTemplate),
  }),
  schedules: router({
    list: query(schedules.listSchedules),
    save: mutation(schedules.saveSchedule),
    remove: mutation(schedules.removeSchedule),
  }),
  sandboxes: router({
    list: query(sandboxes.listSandboxesOperation),
    get: query(sandboxes.getSandbox),
    stop: mutation(sandboxes.stopSandbox),
    remove: mutation(sandboxes.removeSandbox),
  }),
  caches: router({ list: query(sandboxes.listCaches), clear: mutation(sandboxes.clearCacheOperation) }),
  quotas: router({ get: query(getQuota), set: mutation(setQuota) }),
  preferences: router({ get: query(getPreferences), set: mutation(setPreferences) }),
  policies: router({
    list: query(policies.listPolicies),
    explain: query(policies.explainPermission),
    flags: query(policies.getSessionFlags),
    set: mutation(policies.setPolicy),
    remove: mutation(policies.removePolicy),
  }),
  budgets: router({
    list: query(budgets.listBudgetsOperation),
    check: mutation(budgets.checkBudgetOperation),
    costs: query(budgets.getCostSummary),
    set: mutation(budgets.setBudget),
    remove: mutation(budgets.removeBudget),
  }),
  prices: router({ list: query(listPricesOperation), set: mutation(setPriceOperation) }),
  credentials: router({
    list: query(credentials.listCredentialsOperation),
    save: mutation(credentials.saveCredentialOperation),
    rotate: mutation(credentials.rotateCredentialOperation),
    remove: mutation(credentials.removeCredentialOperation),
    own: query(credentials.listOwnCredentialsOperation),
    saveOwn: mutation(credentials.saveOwnCredentialOperation),
    removeOwn: mutation(credentials.removeOwnCredentialOperation),
    signInProviders: query(providerSignIns.listSignInProvidersOperation),
    setSignInProvider: mutation(providerSignIns.setSignInProviderOperation),
    removeSignInProvider: mutation(providerSignIns.removeSignInProviderOperation),
    signIns: query(providerSignIns.listProviderSignIns),
    startSignIn: mutation(providerSignIns.startProviderSignIn),
    cancelSignIn: mutation(providerSignIns.cancelProviderSignIn),
  }),
  turns: router({ log: query(getTurnLog) }),
  models: router({
    routing: query(models.getModelRouting),
    setRouting: mutation(models.setModelRouting),
    savings: query(models.getModelSavings),
  }),
  sessions: router({
    list: query(sessions.listSessionsOperation),
    atWork: query(sessions.listSessionsAtWork),
    start: mutation(sessions.startSession),
    recordUsage: mutation(sessions.recordUsageOperation),
    end: mutation(sessions.endSession),
    kinds: query(sessions.listAgentKinds),
    create: mutation(sessions.createSession),
    get: query(sessions.getSession),
    chunks: query(sessions.listSessionChunks),
    send: mutation(sessions.sendSessionMessage),
    rename: mutation(sessions.renameSession),
    cancelTurn: mutation(sessions.cancelSessionTurn),
    pause: mutation(sessions.pauseSession),
    resume: mutation(sessions.resumeSession),
    fork: mutation(sessions.forkSession),
    stop: mutation(sessions.stopSessionOperation),
    archive: mutation(sessions.archiveSession),
    remove: mutation(sessions.removeSession),
    setMode: mutation(sessions.setSessionMode),
    setModel: mutation(sessions.setSessionModel),
  }),
  channels: router({
    list: query(channels.listChannels),
    get: query(channels.getChannel),
    profile: query(channels.getProfile),
    locks: query(channels.listLocks),
    statistics: query(channels.getStatistics),
    handles: query(channels.listHandlesOperation),
    check: query(channels.checkMessageOperation),
    read: query(channels.readChannel),
    publish: mutation(channels.publish),
    subscribe: mutation(channels.subscribeChannel),
    lock: mutation(channels.lockChannel),
    unlock: mutation(channels.unlockChannel),
    grant: mutation(channels.grantAccess),
    revoke: mutation(channels.revokeAccess),
    requestAccess: mutation(channels.requestAccess),
    advertise: mutation(channels.advertiseChannel),
    withdrawAdvert: mutation(channels.withdrawAdvert),
    keepHistory: mutation(channels.keepHistory),
    changeHandle: mutation(channels.changeHandleOperation),
  }),
  events: router({
    list: query(listEvents),
    activity: query(listActivity),
    createTicket: mutation(createEventTicket),
  }),
  audit: router({
    list: query(audit.listAuditEvents),
    export: query(audit.exportAuditEvents),
  }),
  webhooks: router({
    list: query(webhooks.listWebhooks),
    create: mutation(webhooks.createWebhook),
    update: mutation(webhooks.updateWebhook),
    rotateSecret: mutation(webhooks.rotateWebhookSecret),
    delete: mutation(webhooks.deleteWebhook),
    deliveries: query(webhooks.listWebhookDeliveries),
    delivery: query(webhooks.getWebhookDelivery),
    replay: mutation(webhooks.replayDelivery),
  }),
  githubApps: router({
    list: query(githubApps.listGithubApps),
    start: mutation(githubApps.startGithubApp),
    remove: mutation(githubApps.removeGithubApp),
  }),
  realtime: router({ channels: query(realtimeChannels), stats: query(getRealtimeStats) }),
});
export type AppRouter = typeof appRouter;
