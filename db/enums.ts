/** The lists of values that tables, zod schemas and the browser share. This file imports nothing. */

export const taskStatuses = [
  "todo",
  "in_progress",
  "blocked",
  "in_review",
  "in_approval",
  "merging",
  "done",
  "failed",
  "cancelled",
] as const;
export type TaskStatus = (typeof taskStatuses)[number];

export const priorities = ["low", "medium", "high", "critical"] as const;
export type Priority = (typeof priorities)[number];

export const taskTypes = [
  "feature",
  "bug",
  "chore",
  "docs",
  "test",
  "research",
  "refactor",
  "analysis",
  "integration",
  "asset",
] as const;
export type TaskType = (typeof taskTypes)[number];

export const complexities = ["simple", "medium", "complex"] as const;
export type Complexity = (typeof complexities)[number];

/** How carefully a plan is worked out and checked: L1 the change alone, L2 with tests, L3 with tests, docs and a second look. */
export const rigors = ["L1", "L2", "L3"] as const;
export type Rigor = (typeof rigors)[number];

export const planStatuses = [
  "draft",
  "planning",
  "awaiting_approval",
  "executing",
  "paused",
  "completed",
  "failed",
  "cancelled",
] as const;
export type PlanStatus = (typeof planStatuses)[number];

/** Only the newest version is a draft; at most one is approved. */
export const planVersionStatuses = ["draft", "approved", "superseded"] as const;

/** Where a version of a plan came from. */
/** `board`: as its tasks stood when somebody began to change it while it ran. */
export const planSources = ["template", "model", "person", "import", "clone", "board"] as const;
export type PlanSource = (typeof planSources)[number];

/** Who may take a plan's tasks: agents that we run (`auto`), those that come over MCP by themselves (`external`), or both. */
export const executionModes = ["auto", "hybrid", "external"] as const;

export const orgRoles = ["owner", "admin", "member", "viewer"] as const;
export type OrgRole = (typeof orgRoles)[number];

export const memberStatuses = ["active", "deactivated"] as const;

export const agentRoles = ["manager", "engineer", "reviewer"] as const;
export type AgentRole = (typeof agentRoles)[number];

/** Who drives an agent: `external` and `scripted` come over MCP; `acp` and `model` are started by the worker. */
export const agentRuntimes = ["external", "scripted", "acp", "model"] as const;
export type AgentRuntime = (typeof agentRuntimes)[number];

export const agentStatuses = ["active", "paused", "archived"] as const;

/** `drain`: nothing new starts, what runs goes on. `hard`: what runs is taken back too. */
export const pauseModes = ["drain", "hard"] as const;
export type PauseMode = (typeof pauseModes)[number];

export const keyScopes = ["all", "read", "agent"] as const;
export type KeyScope = (typeof keyScopes)[number];

/** How long a key stays valid beside the one that replaces it. */
export const keyOverlaps = ["1h", "24h", "7d"] as const;
export type KeyOverlap = (typeof keyOverlaps)[number];

/** A person signs in with a browser (cookie), or a client does with tokens (API). */
export const signInKinds = ["browser", "token"] as const;

export const repoStatuses = ["initializing", "ready", "error"] as const;
export type RepoStatus = (typeof repoStatuses)[number];

/** `hosted`: the server's bare copy is the only one; `local` and `url`: fetched before and pushed after a merge. */
/** Where a repository came from. `sample` and `demonstration` are hosted here and begin with files of the product. */
export const repoSources = ["hosted", "local", "url", "sample", "demonstration"] as const;
export type RepoSource = (typeof repoSources)[number];

/** `removed` is the end: the files go with it. */
export const workspaceStatuses = ["initializing", "ready", "error", "removed"] as const;
export type WorkspaceStatus = (typeof workspaceStatuses)[number];

/** Where the files of a workspace came from: a repository of the team, an address of git, a folder of the server. */
/** `empty`: nothing was there; a repository of its own with a first commit that holds nothing. */
export const workspaceSources = ["repo", "url", "local", "empty"] as const;
export type WorkspaceSource = (typeof workspaceSources)[number];

export const leaseEnds = ["released", "expired", "revoked", "completed"] as const;
export type LeaseEnd = (typeof leaseEnds)[number];

export const verdicts = ["pending", "approve", "request_changes", "reject", "void"] as const;
export type Verdict = (typeof verdicts)[number];

export const mergeStatuses = ["queued", "testing", "merged", "failed", "conflicted", "cancelled"] as const;
export type MergeStatus = (typeof mergeStatuses)[number];

export const mergeStrategies = ["merge", "squash", "rebase"] as const;
export type MergeStrategy = (typeof mergeStrategies)[number];

/** Who sends webhooks. `generic`: anybody who signs by Standard Webhooks. */
export const webhookProviders = ["github", "gitlab", "generic"] as const;
export type WebhookProvider = (typeof webhookProviders)[number];

/** `received` until the worker has decided; `refused` ones were not signed by whoever holds the secret. */
export const deliveryStatuses = ["received", "processed", "failed", "ignored", "refused"] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

export const diffSides = ["old", "new"] as const;
export type DiffSide = (typeof diffSides)[number];

/** Who can be the author of an event: a person, an agent, or the product itself (worker, webhook, operator). */
export const actorKinds = ["user", "agent", "system"] as const;
export type ActorKind = (typeof actorKinds)[number];

/** What a person is asked for. */
export const requestKinds = ["question", "approval", "review", "permission", "budget", "checkpoint"] as const;
export type RequestKind = (typeof requestKinds)[number];

/** `pending` is left once: the first answer wins, or its time is over, or nobody needs the answer any more. */
export const requestStatuses = ["pending", "resolved", "expired", "withdrawn"] as const;
export type RequestStatus = (typeof requestStatuses)[number];

/** The states of a task of the MCP extension `io.modelcontextprotocol/tasks`, by its names (SEP-2663). */
export const mcpTaskStatuses = ["working", "input_required", "completed", "failed", "cancelled"] as const;

/** Whose spending a budget caps. */
export const budgetScopes = ["org", "team", "agent", "user", "plan", "task", "session"] as const;
export type BudgetScope = (typeof budgetScopes)[number];

/** Over what a budget counts: a day or month in UTC, or as long as there is the scope. */
export const budgetPeriods = ["day", "month", "life"] as const;
export type BudgetPeriod = (typeof budgetPeriods)[number];

export const reservationStatuses = ["open", "settled", "released", "expired"] as const;

/** `estimated`: a call whose maker died, booked at the most it could cost, since nobody knows what it used. */
export const ledgerEntryKinds = ["opened", "reserved", "settled", "estimated", "released", "expired"] as const;

export const sessionStatuses = [
  "initializing",
  "ready",
  "running",
  "waiting",
  "paused",
  "stopped",
  "error",
  "archived",
  "removing",
  "removed",
] as const;
export type SessionStatus = (typeof sessionStatuses)[number];

/** Those of a session that lives: it counts, is shown at work, keeps its workspace, and can be stopped. */
export const livingSessionStatuses = [
  "initializing",
  "ready",
  "running",
  "waiting",
  "paused",
] as const satisfies SessionStatus[];
export const isLivingSession = (status: SessionStatus): boolean =>
  livingSessionStatuses.some((living) => living === status);

/** What somebody said to an agent: it waits for its turn, is being answered, was answered, or taken back. */
export const sessionMessageStatuses = ["queued", "running", "done", "cancelled"] as const;

/** Who may speak on a channel: everybody, its owner, or the server. */
export const channelKinds = ["public", "agent", "system"] as const;
export type ChannelKind = (typeof channelKinds)[number];

/** How far a tool reaches: nowhere, into the task's files, or beyond. */
export const toolEffects = ["none", "workspace", "outside"] as const;
export type ToolEffect = (typeof toolEffects)[number];

/** How a call of a tool ended. `interrupted`: nobody knows how far it came. */
export const toolOutcomes = ["ok", "refused", "failed", "timed_out", "cancelled", "interrupted"] as const;
export type ToolOutcome = (typeof toolOutcomes)[number];

/** What somebody learned on a task that those after them should know. */
export const learningKinds = ["constraint", "decision", "discovery", "reference", "gotcha", "architecture"] as const;
export type LearningKind = (typeof learningKinds)[number];

/** `gaps`: it goes back with what is missing. `human_needed`: nothing but a person can tell. */
export const verificationVerdicts = ["passed", "gaps", "human_needed"] as const;
export type VerificationVerdict = (typeof verificationVerdicts)[number];

/** `unclear`: neither a command nor a model could tell. */
export const criterionStates = ["met", "unmet", "unclear"] as const;
export type CriterionState = (typeof criterionStates)[number];

/** What people decide when checking a task has not helped. */
export const checkpointDecisions = ["retry", "skip", "fail", "take_over"] as const;
export type CheckpointDecision = (typeof checkpointDecisions)[number];

/** `unknown`: not looked at yet. `off`: not set up. */
export const resourceStatuses = ["up", "down", "off", "unknown"] as const;
export type ResourceStatus = (typeof resourceStatuses)[number];
/** How a provider of models is spoken to. */
export const modelApis = ["anthropic", "openai_compatible", "ollama"] as const;
export type ModelApi = (typeof modelApis)[number];

/** What can be refused besides operations: a tool by a rule, a push, a path outside, what a sandbox may use, a call by a budget. */
export const refusedActions = ["tool", "push", "path", "sandbox", "model", "set_up"] as const;
export type RefusedAction = (typeof refusedActions)[number];

/** How a credential came: a key that was typed, or the tokens of a sign-in. */
export const credentialForms = ["key", "sign_in"] as const;
export type CredentialForm = (typeof credentialForms)[number];

export const signInStatuses = ["pending", "connected", "denied", "expired", "failed", "cancelled"] as const;

/** `refused`: the provider does not take the key; it counts again when it is saved anew. */
export const credentialStatuses = ["working", "refused"] as const;
export type CredentialStatus = (typeof credentialStatuses)[number];

/** From the cheapest to the best: what work is routed to, and escalated along. */
export const modelTiers = ["local", "small", "medium", "large"] as const;
export type ModelTier = (typeof modelTiers)[number];

/** `parked`: waits for people. `handed_back`: its lease was gone; whoever takes the task next goes on. */
export const turnStatuses = ["running", "parked", "handed_back", "finished", "failed"] as const;

/** For whom a policy on tools holds. */
export const policyScopes = ["team", "agent", "session"] as const;
export type PolicyScope = (typeof policyScopes)[number];

/** `deny` wins over `ask`, and `ask` over `allow`. */
export const policyEffects = ["allow", "ask", "deny"] as const;
export type PolicyEffect = (typeof policyEffects)[number];

/** What a policy's pattern is of. */
export const policySubjects = ["tool", "path", "command", "network"] as const;
export type PolicySubject = (typeof policySubjects)[number];

export const policyAccesses = ["read", "write"] as const;
export type PolicyAccess = (typeof policyAccesses)[number];

/** What a session has had to do with; all three together are dangerous. */
export const sessionFlags = ["untrusted_input", "private_data", "outward_effect"] as const;
export type SessionFlag = (typeof sessionFlags)[number];

export const sandboxProviders = ["bubblewrap", "docker", "process"] as const;
export const sandboxStatuses = ["created", "running", "stopped", "failed"] as const;
/** What one may ask of a sandbox. */
export const sandboxEndings = ["stop", "remove"] as const;

/** How far a coding agent's programs are. */
export const installStatuses = ["requested", "installing", "installed", "failed"] as const;

/** What a template makes. */
export const templateKinds = ["task", "session"] as const;

export const variableTypes = ["text", "number", "boolean", "choice"] as const;

/** What becomes of runs that were due while no worker ran: none, one for all of them, or each. */
export const catchUpPolicies = ["skip", "once", "each"] as const;

export const scheduleOutcomes = ["created", "skipped", "failed"] as const;

/** What a report is, and so how it is shown. */
export const reportKinds = ["markdown", "html", "pdf", "json"] as const;
export type ReportKind = (typeof reportKinds)[number];
