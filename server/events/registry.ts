import { z } from "zod";
import {
  agentRoles,
  agentRuntimes,
  agentStatuses,
  budgetPeriods,
  budgetScopes,
  catchUpPolicies,
  checkpointDecisions,
  complexities,
  criterionStates,
  credentialForms,
  credentialStatuses,
  deliveryStatuses,
  diffSides,
  executionModes,
  keyScopes,
  learningKinds,
  leaseEnds,
  mergeStrategies,
  modelApis,
  modelTiers,
  orgRoles,
  pauseModes,
  planSources,
  planStatuses,
  policyAccesses,
  policyEffects,
  policyScopes,
  policySubjects,
  priorities,
  repoSources,
  requestKinds,
  rigors,
  scheduleOutcomes,
  sessionFlags,
  sessionStatuses,
  taskStatuses,
  taskTypes,
  reportKinds,
  templateKinds,
  verificationVerdicts,
  verdicts,
  webhookProviders,
  workspaceSources,
} from "#db/enums.ts";
import type { Actor } from "../context.ts";
import { planDocument, planEdit } from "../plans/document.ts";

const id = z.uuid();
const text = z.string();
const at = z.iso.datetime();
const none = z.object({});
const colleague = z.object({ kind: z.enum(["agent", "user"]), id });
const assignee = colleague.nullable();
const paused = z.object({ reason: text, mode: z.enum(pauseModes).default("drain") });
/** Events of before say neither. */
const resumed = z.object({ pausedSeconds: z.int(), pausedBy: text }).partial();
const crossedBudget = {
  scope: z.enum(budgetScopes),
  scopeId: id,
  period: z.enum(budgetPeriods),
  periodStart: z.iso.date(),
  capMicros: z.int(),
  spentMicros: z.int(),
};

/** What whoever does a task is told besides its text, and what it is expected to take. */
const taskBrief = {
  complexity: z.enum(complexities),
  acceptanceCriteria: z.array(text),
  touches: z.array(text),
  estimateMinutes: z.int().nullable(),
  estimateTokens: z.int().nullable(),
  estimateCostMicros: z.int().nullable(),
  modelTier: text.nullable(),
  allowedTools: z.array(text).nullable(),
};

/** Whose channel it is and what follows `agent.<handle>.` in its name; its id follows from them. */
const channel = { ownerId: id, path: text };

/**
 * Every type of event and the shape of its data: what happened, in words that stay true for ever. Nothing secret, since
 * no event can be changed or removed. A type is added by one line here, one in its noun's projection, one `record`.
 */
export const eventData = {
  "organization.created": z.object({ name: text, slug: text }),
  "organization.renamed": z.object({ name: text }),
  "organization.paused": paused,
  "organization.resumed": resumed,
  "member.joined": z.object({ role: z.enum(orgRoles) }),
  "member.role_changed": z.object({ role: z.enum(orgRoles) }),
  "member.deactivated": none,
  "member.reactivated": none,
  /** A refresh token of this person came a second time: somebody else has it. All tokens of its family ended. */
  "member.token_reused": z.object({ family: id }),
  /** Somebody made a link that sets a new password for this member. */
  "member.reset_link_made": none,
  "member.password_reset": none,
  "invitation.created": z.object({
    email: text.nullable(),
    role: z.enum(orgRoles),
    teamIds: z.array(id),
    tokenHash: text,
    expiresAt: at,
  }),
  "invitation.accepted": z.object({ userId: id }),
  "invitation.revoked": none,
  "team.created": z.object({ name: text, maxConcurrent: z.int(), autoMerge: z.boolean() }),
  "team.updated": z
    .object({
      name: text,
      maxConcurrent: z.int(),
      autoMerge: z.boolean(),
      personApprovals: z.int(),
      agentApprovals: z.int(),
      reviewRules: z.array(z.object({ paths: z.array(text), reviewers: z.array(colleague) })),
      branchPrefix: text,
      workingHours: z
        .object({
          timeZone: text,
          hours: z.array(z.object({ day: z.int(), from: text, to: text })),
          criticalAnytime: z.boolean(),
        })
        .nullable(),
      defaultLeaseSeconds: z.int().nullable(),
      defaultSlots: z.int(),
      reviewLimit: z.int().nullable(),
      silentMinutes: z.int(),
      defaultAgentKind: text,
      conventions: text,
    })
    .partial(),
  "team.paused": paused,
  "team.resumed": resumed,
  "team.archived": none,
  "team.member_added": z.object({ userId: id }),
  "team.member_removed": z.object({ userId: id }),
  "agent.created": z.object({
    name: text,
    role: z.enum(agentRoles),
    runtime: z.enum(agentRuntimes),
    isDefault: z.boolean(),
    isDemonstration: z.boolean().optional(),
    slots: z.int(),
    leaseSeconds: z.int().nullable(),
    model: text.nullable().optional(),
    agentKind: text.nullable().optional(),
    mode: text.nullable().optional(),
  }),
  "agent.updated": z
    .object({
      name: text,
      role: z.enum(agentRoles),
      slots: z.int(),
      leaseSeconds: z.int().nullable(),
      model: text.nullable(),
      agentKind: text.nullable(),
      mode: text.nullable(),
      status: z.enum(agentStatuses),
    })
    .partial(),
  "agent.paused": paused,
  "agent.resumed": resumed,
  "agent.went_silent": z.object({ lastSeenAt: at }),
  "agent.returned": z.object({ silentSeconds: z.int() }),
  /** Somebody asked for what their role may not do. The subject is who asked. */
  "security.permission_refused": z.object({ operation: text, permission: text, role: text, ip: text.nullable() }),
  /** A person let a client in as themselves, by the code it showed. */
  "security.client_approved": z.object({ client: text, ip: text.nullable() }),
  /** A wrong password for the person who is the subject. */
  "security.sign_in_denied": z.object({ ip: text.nullable() }),
  /** Somebody had a sandbox ended, and with it whatever an agent did in it. */
  "sandbox.stopped": z.object({ name: text }),
  "sandbox.removed": z.object({ name: text }),
  /** The subject is the repository, or the team. */
  "cache.cleared": z.object({ name: text }),
  "api_key.created": z.object({
    name: text,
    hash: text,
    lastFour: text,
    scopes: z.array(z.enum(keyScopes)),
    agentId: id.nullable(),
    createdByUserId: id.nullable(),
    expiresAt: at.nullable(),
  }),
  "api_key.rotated": z.object({ replacedById: id, expiresAt: at }),
  "api_key.revoked": none,
  /** The same for tokens that were exchanged for this key. */
  "api_key.token_reused": z.object({ family: id }),
  "repo.registered": z.object({
    name: text,
    slug: text,
    source: z.enum(repoSources),
    sourceUrl: text.nullable(),
    credentialId: id.nullable(),
    defaultBranch: text,
    gateCommand: text,
    gateTimeoutSeconds: z.int(),
    mergeStrategy: z.enum(mergeStrategies),
  }),
  "repo.updated": z
    .object({
      ...{ name: text, gateCommand: text, gateTimeoutSeconds: z.int(), mergeStrategy: z.enum(mergeStrategies) },
      ...{ setupScript: text, turnCheck: text, commitCheck: text },
    })
    .partial(),
  "repo.ready": z.object({ defaultBranch: text, headCommit: text.nullable() }),
  "repo.failed": z.object({ error: text }),
  "repo.retried": none,
  /** The source had commits of its own, which the default branch took over. */
  "repo.fetched": z.object({ headCommit: text, previous: text }),
  "repo.archived": none,
  "task.created": z.object({
    number: z.int(),
    title: text,
    description: text,
    type: z.enum(taskTypes),
    priority: z.enum(priorities),
    repoId: id.nullable(),
    assignee,
    tags: z.array(text),
    branch: text,
    dependsOn: z.array(id),
    /** How many of those were not done at that moment. */
    openDependencies: z.int(),
    /** Where a webhook brought it from; its text was written there, by whoever could. */
    origin: z.object({ provider: z.enum(webhookProviders), url: text.nullable(), externalId: text }).optional(),
    tainted: z.boolean().optional(),
    /** The plan it was approved with, and its name there. */
    plan: z.object({ id, key: text, rigor: z.enum(rigors) }).optional(),
    ...z.object(taskBrief).partial().shape,
  }),
  "task.updated": z
    .object({
      title: text,
      description: text,
      type: z.enum(taskTypes),
      priority: z.enum(priorities),
      tags: z.array(text),
      repoId: id.nullable(),
      ...taskBrief,
    })
    .partial(),
  /** What it brought forth besides commits; the newest counts. */
  "task.output_stored": z.object({ output: text }),
  /** Something it needs went down (or is up again: empty), as the monitor saw it. The rows themselves are operational. */
  "task.waits_changed": z.object({ waits: z.array(z.object({ resource: text, reason: text })) }),
  "task.assigned": z.object({ assignee }),
  "task.dependency_added": z.object({ dependsOnId: id, open: z.boolean() }),
  "task.dependency_removed": z.object({ dependsOnId: id, open: z.boolean() }),
  "task.claimed": z.object({
    lease: id,
    agentId: id.nullable(),
    userId: id.nullable(),
    slot: z.int().nullable(),
    fence: z.int(),
  }),
  "task.status_changed": z.object({
    from: z.enum(taskStatuses),
    to: z.enum(taskStatuses),
    reason: text.optional(),
    /** The lease that ended with it: `in_progress` means exactly that one is live. */
    lease: z.object({ id, end: z.enum(leaseEnds) }).optional(),
    rework: z.boolean().optional(),
  }),
  "task.pushed": z.object({ commit: text, previous: text.nullable() }),
  "task.archived": none,
  "task.context_saved": z.object({ version: z.int(), body: text }),
  /** What people take out of, and add to, what an agent will see of it. */
  "task.context_adjusted": z.object({ leftOut: z.array(text), note: text }),
  /** The subject is what was learned. */
  "learning.recorded": z.object({
    kind: z.enum(learningKinds),
    body: text,
    repoId: id.nullable(),
    source: z.enum(["person", "agent", "rules", "model"]),
  }),
  "learning.edited": z.object({ kind: z.enum(learningKinds), body: text }),
  "learning.removed": none,
  /** The text itself stands elsewhere: it may be taken away for good. */
  "knowledge.added": z.object({
    kind: z.enum(["document", "repo"]),
    title: text,
    repoId: id.nullable(),
    contentHash: text.nullable(),
  }),
  "knowledge.replaced": z.object({ title: text, contentHash: text }),
  "knowledge.removed": none,
  "mcp_server.added": z.object({
    name: text,
    transport: z.enum(["http", "stdio"]),
    url: text.nullable(),
    command: text.nullable(),
    args: z.array(text),
    secretNames: z.array(text),
  }),
  "mcp_server.updated": z
    .object({ url: text, command: text, args: z.array(text), secretNames: z.array(text), enabled: z.boolean() })
    .partial(),
  /** Descriptions of tools that a person read: the hash of each, by the tool's name. */
  "mcp_server.tools_accepted": z.object({ tools: z.record(text, text) }),
  /** For which agents and sessions its tools are; null: for all. */
  "mcp_server.offered": z.object({
    to: z.object({ agentIds: z.array(id), sessionIds: z.array(id) }).nullable(),
  }),
  "mcp_server.removed": none,
  /** Its acceptance criteria were checked. The subject is the check. */
  "verification.recorded": z.object({
    round: z.int(),
    verdict: z.enum(verificationVerdicts),
    checks: z.array(
      z.object({
        criterion: text,
        state: z.enum(criterionStates),
        how: z.enum(["command", "model", "none"]),
        detail: text,
      }),
    ),
    feedback: text,
  }),
  /** People decided what becomes of a task whose checks do not pass. The subject is the last check. */
  "verification.decided": z.object({ decision: z.enum(checkpointDecisions), note: text }),
  "plan.created": z.object({
    number: z.int(),
    title: text,
    requirements: text,
    files: z.array(z.object({ name: text, text })),
    repoId: id.nullable(),
    rigor: z.enum(rigors),
    mode: z.enum(executionModes),
    claimSeconds: z.int().nullable(),
    clonedFromId: id.nullable(),
  }),
  "plan.updated": z
    .object({
      title: text,
      requirements: text,
      files: z.array(z.object({ name: text, text })),
      repoId: id.nullable(),
      rigor: z.enum(rigors),
      mode: z.enum(executionModes),
      claimSeconds: z.int().nullable(),
    })
    .partial(),
  /** Somebody or something wrote what is to be done: a draft, which takes the place of the one before. */
  "plan.version_written": z.object({
    version: z.int(),
    source: z.enum(planSources),
    writtenWith: text.nullable(),
    document: planDocument,
  }),
  /** Single changes of the draft, in their order. */
  "plan.edited": z.object({ version: z.int(), edits: z.array(planEdit) }),
  "plan.approved": z.object({ version: z.int(), tasks: z.int() }),
  "plan.status_changed": z.object({ from: z.enum(planStatuses), to: z.enum(planStatuses), reason: text.nullable() }),
  "worktree.created": z.object({ repoId: id, branch: text, baseCommit: text }),
  /** `head` was the branch's last commit where the branch was deleted with it. */
  "worktree.removed": z.object({ head: text.nullable(), discardedCommits: z.int() }),
  "message.sent": z.object({
    body: text,
    /** Whom it is for; null: everybody who reads the task's conversation. */
    recipient: colleague.nullable(),
    /** Whom it is for besides: those it mentions. */
    alsoTo: z.array(colleague).optional(),
    /** The message that began the thread it stands in. */
    threadId: id.optional(),
  }),
  /** How far a message got with one of those it is for. */
  "message.delivered": z.object({ recipientId: id }),
  "message.seen": z.object({ recipientId: id }),
  "message.processed": z.object({ recipientId: id }),
  "review.requested": z.object({
    attempt: z.int(),
    commit: text.nullable(),
    baseCommit: text.nullable(),
    summary: text,
    /** Whom the team's rules ask, by the files that change. */
    asked: z.array(colleague).optional(),
  }),
  "review.assigned": z.object({ reviewerId: id }),
  /** Given back, or taken from a reviewer who gave no sign of life: another may take it. */
  "review.released": z.object({ reason: text, declinedBy: id.nullable() }),
  /** One approval; `review.decided` follows with the last one that is needed. */
  "review.approved": z.object({ text }),
  "review.decided": z.object({ verdict: z.enum(verdicts), text }),
  "review.commented": z.object({ commentId: id, path: text, line: z.int(), side: z.enum(diffSides), body: text }),
  "merge.queued": z.object({ repoId: id, commit: text, strategy: z.enum(mergeStrategies) }),
  "merge.started": none,
  "merge.requeued": z.object({ reason: text }),
  "merge.landed": z.object({ mergeCommit: text, gateRunId: id.nullable() }),
  "merge.failed": z.object({
    status: z.enum(["failed", "conflicted", "cancelled"]),
    reason: text,
    gateRunId: id.nullable(),
  }),
  "gate.finished": z.object({
    repoId: id,
    tree: text,
    command: text,
    sandbox: text,
    passed: z.boolean(),
    exitCode: z.int().nullable(),
    outcome: text,
    durationMs: z.int(),
  }),
  "request.opened": z.object({
    kind: z.enum(requestKinds),
    title: text,
    detail: text,
    /** JSON schema of the answer. */
    schema: z.unknown(),
    options: z.unknown(),
    action: z.object({ name: text, input: z.unknown() }).nullable(),
    actionHash: text.nullable(),
    data: z.unknown(),
    blocksTask: z.boolean(),
    sessionId: id.nullable(),
    questionHash: text,
    expiresAt: at.nullable(),
    escalateAt: at.nullable(),
  }),
  "request.resolved": z.object({
    answer: z.unknown(),
    /** The standing permission that answered it. */
    policyId: id.nullable(),
  }),
  "request.expired": z.object({ reason: text }),
  "request.withdrawn": z.object({ reason: text }),
  "request.escalated": none,
  /** An approval was used. */
  "request.consumed": z.object({ actionHash: text }),
  "policy.created": z.object({
    repoId: id.nullable(),
    action: text,
    requestId: id.nullable(),
    expiresAt: at.nullable(),
  }),
  "policy.revoked": none,
  /** What the tools of coding agents may do in a team, of an agent, in a session. */
  "tool_policy.set": z.object({
    scope: z.enum(policyScopes),
    scopeId: id,
    effect: z.enum(policyEffects),
    subject: z.enum(policySubjects),
    access: z.enum(policyAccesses).nullable(),
    pattern: text,
    note: text,
    requestId: id.nullable(),
    expiresAt: at.nullable(),
  }),
  "tool_policy.removed": none,
  /** How much of sessions a person may use a day; without a person: everybody who has none of their own. */
  "quota.set": z.object({
    userId: id.nullable(),
    sessionsAtOnce: z.int().nullable(),
    hoursADay: z.int().nullable(),
    tokensADay: z.int().nullable(),
    microsADay: z.int().nullable(),
  }),
  /** A file that a session or task leaves. The subject is the report. */
  "report.saved": z.object({
    name: text,
    kind: z.enum(reportKinds),
    size: z.int(),
    sha256: text,
    sessionId: id.nullable(),
    isShared: z.boolean(),
  }),
  "report.shared": z.object({ isShared: z.boolean() }),
  "report.removed": none,
  "template.saved": z.object({
    kind: z.enum(templateKinds),
    name: text,
    description: text,
    variables: z.array(z.unknown()),
    body: z.record(text, z.unknown()),
  }),
  "template.removed": none,
  "schedule.saved": z.object({
    templateId: id,
    name: text,
    cron: text,
    timeZone: text,
    parameters: z.record(text, z.union([text, z.number(), z.boolean()])),
    catchUp: z.enum(catchUpPolicies),
    enabled: z.boolean(),
    ownerId: id,
  }),
  "schedule.removed": none,
  /** What became of a due moment. The subject is the schedule. */
  "schedule.ran": z.object({
    dueAt: at,
    outcome: z.enum(scheduleOutcomes),
    taskId: id.nullable(),
    stands: z.int(),
    detail: text,
  }),
  /** What a session has had to do with. The subject is the session. */
  "session.flagged": z.object({
    flags: z.array(z.enum(sessionFlags)),
    because: text,
    requestId: id.nullable(),
    isStanding: z.boolean(),
  }),
  "budget.set": z.object({
    scope: z.enum(budgetScopes),
    scopeId: id,
    period: z.enum(budgetPeriods),
    capMicros: z.int(),
  }),
  "budget.removed": z.object({ scope: z.enum(budgetScopes), scopeId: id, period: z.enum(budgetPeriods) }),
  /** Most of it is spent; told once for a budget, period and cap. */
  "budget.warned": z.object(crossedBudget),
  /** Something was not paid for, or nothing is left; told once for a budget, period and cap. */
  "budget.exhausted": z.object({ ...crossedBudget, askedMicros: z.int(), model: text }),
  "price.set": z.object({
    provider: text,
    model: text,
    inputMicros: z.int(),
    outputMicros: z.int(),
    cacheReadMicros: z.int(),
    cacheWriteMicros: z.int(),
    validFrom: at,
  }),
  "session.started": z.object({
    agentId: id.nullable(),
    userId: id.nullable(),
    name: text,
    model: text.nullable(),
    /** Its task's plan, or the one that is being written. */
    planId: id.nullable().optional(),
  }),
  "session.ended": z.object({ reason: text.nullable() }),
  /** One in which we drive an agent: it begins by making its sandbox. */
  "session.created": z.object({
    agentId: id.nullable(),
    userId: id.nullable(),
    planId: id.nullable(),
    name: text,
    agentKind: text,
    model: text.nullable(),
    mode: text.nullable(),
    workspaceId: id.nullable(),
    parentId: id.nullable(),
  }),
  "session.moved": z.object({
    from: z.enum(sessionStatuses),
    to: z.enum(sessionStatuses),
    reason: text.nullable(),
    /** With a move to `running`: the turn that begins. */
    turn: z.int().optional(),
  }),
  "session.renamed": z.object({ name: text }),
  "session.changed": z
    .object({
      model: text.nullable(),
      mode: text.nullable(),
      workspaceId: id.nullable(),
      sandboxId: id.nullable(),
      externalId: text.nullable(),
    })
    .partial(),
  "usage.recorded": z.object({
    sessionId: id,
    agentId: id.nullable(),
    userId: id.nullable(),
    planId: id.nullable().optional(),
    provider: text,
    model: text,
    inputTokens: z.int(),
    outputTokens: z.int(),
    cacheReadTokens: z.int(),
    cacheWriteTokens: z.int(),
    costMicros: z.int(),
    uncoveredMicros: z.int(),
    key: text.nullable(),
    bookedAt: at,
    /** Paid with the person's own key: of the budgets only the session's counts it. */
    ownKey: z.boolean().optional(),
    /** Whoever made the call died: booked at the most it could cost. */
    estimated: z.boolean().optional(),
  }),
  /** The subject is who got it; what they were called before stays theirs. */
  "handle.given": z.object({ handle: text, kind: z.enum(["agent", "user"]) }),
  "channel.locked": z.object(channel),
  "channel.unlocked": z.object(channel),
  "channel.granted": z.object({ ...channel, granteeId: id }),
  "channel.revoked": z.object({ ...channel, granteeId: id }),
  "channel.advertised": z.object({ ...channel, description: text, schema: z.record(text, z.unknown()).nullable() }),
  "channel.advert_withdrawn": z.object(channel),
  "channel.history_changed": z.object({ ...channel, count: z.int().nullable(), seconds: z.int().nullable() }),
  "webhook.created": z.object({
    provider: z.enum(webhookProviders),
    name: text,
    repoId: id.nullable(),
    events: z.array(text),
    label: text.nullable(),
  }),
  "webhook.updated": z
    .object({ name: text, enabled: z.boolean(), repoId: id.nullable(), events: z.array(text), label: text.nullable() })
    .partial(),
  "webhook.secret_rotated": z.object({ oldUntil: at.nullable() }),
  "webhook.deleted": none,
  /** What came of a delivery whose signature was right; the subject is its line in the log of deliveries. */
  "webhook.delivered": z.object({
    webhookId: id,
    event: text,
    action: text.nullable(),
    status: z.enum(deliveryStatuses),
    result: text,
  }),
  "github_app.created": z.object({ appId: z.int(), slug: text, name: text, url: text, owner: text, clientId: text }),
  "github_app.removed": none,
  "github_app.installation_changed": z.object({
    installationId: z.int(),
    account: text,
    status: z.enum(["active", "suspended", "removed"]),
  }),
  "github_app.repositories_changed": z.object({
    installationId: z.int(),
    added: z.array(z.object({ id: z.int(), fullName: text })),
    removed: z.array(z.int()),
  }),
  /** A key for a provider of models was tested and kept, or another one in its place. */
  "credential.saved": z.object({
    /** Whose own it is; left out or null: the organization's. */
    userId: id.nullable().optional(),
    form: z.enum(credentialForms).optional(),
    provider: text,
    api: z.enum(modelApis),
    baseUrl: text,
    lastFour: text.nullable(),
    status: z.enum(credentialStatuses),
    problem: text.nullable(),
    testAnswer: text,
    models: z.array(text),
  }),
  /** The provider does not take the key (any more): nothing is called with it until it is saved anew. */
  "credential.refused": z.object({ provider: text, problem: text }),
  "credential.model_gone": z.object({ provider: text, model: text, problem: text }),
  "credential.removed": z.object({ provider: text, userId: id.nullable().optional() }),
  /** People may sign in at a provider with a code. */
  "credential.sign_in_offered": z.object({
    provider: text,
    api: z.enum(modelApis),
    baseUrl: text,
    deviceUrl: text,
    tokenUrl: text,
    clientId: text,
    scopes: text,
  }),
  "credential.sign_in_withdrawn": z.object({ provider: text }),
  /** Which models a team's work goes to. The subject is the team. */
  "model_routing.set": z.object({
    tiers: z.record(z.enum(modelTiers), z.array(text)),
    routes: z.array(z.object({ type: text, complexity: text, tier: z.enum(modelTiers) })),
    version: z.int(),
  }),
  "workspace.created": z.object({
    name: text,
    source: z.enum(workspaceSources),
    sourceUrl: text.nullable(),
    repoId: id.nullable(),
    branch: text,
    setupScript: text,
  }),
  /** The clone is there and what was to be set up is. `baseCommit` is where the work began. */
  "workspace.ready": z.object({ baseCommit: text.nullable() }),
  "workspace.failed": z.object({ error: text }),
  /** It is made again, or set up again; what is in its files stays. */
  "workspace.retried": none,
  "workspace.renamed": z.object({ name: text }),
  "workspace.removed": none,
} as const;

export type EventType = keyof typeof eventData;
export type EventData<Type extends EventType> = z.output<(typeof eventData)[Type]>;

/** An event of the log that led to another. */
export interface Cause {
  seq: number;
  correlationId: string;
}

/** One thing that happened, as `record` takes it. */
export interface NewEvent<Type extends EventType = EventType> {
  /** What it happened to; for `….created` events the id the new row gets. */
  subject: string;
  team?: string | null;
  /** The task whose timeline shows it. */
  task?: string | null;
  data: z.input<(typeof eventData)[Type]>;
  /** Only where one transaction serves several organizations (the dispatcher), or makes one. */
  orgId?: string;
  /** Only where one transaction has several causes: the event that led to this one, whose correlation goes on with it. */
  because?: Cause | undefined;
  /** Only where the system acts for somebody (an agent whose parked request is served). */
  actor?: Pick<Actor, "kind" | "id" | "name">;
}

/** An event on its way to the log, in the shape `append_events` reads. */
export interface PendingEvent {
  orgId: string;
  id: string;
  type: EventType;
  teamId: string | null;
  taskId: string | null;
  subjectId: string;
  actor: Pick<Actor, "kind" | "id" | "name">;
  correlationId: string;
  causeSeq: number | null;
  data: unknown;
  at: string;
}
