import { taskFaces } from "#app/_ui/statuses.ts";
import type { BudgetPeriod, BudgetScope, SessionStatus, TaskStatus, Verdict } from "#db/enums.ts";
import { dollars } from "#server/budgets/words.ts";
import type { EventData, EventType } from "#server/events/registry.ts";
import type { FeedEvent } from "#server/events/schema.ts";

/** What kind of thing happened, for its icon. */
export type EventFace =
  | "organization"
  | "person"
  | "team"
  | "agent"
  | "key"
  | "repo"
  | "paused"
  | "resumed"
  | "made"
  | "changed"
  | "assigned"
  | "linked"
  | "claimed"
  | "moved"
  | "pushed"
  | "message"
  | "review"
  | "merge"
  | "gate"
  | "request"
  | "archived"
  | "webhook"
  | "money";

/** Names that an event holds only the ids of: people, agents, teams, repositories; and the number of a task. */
export type Names = {
  nameOf: (id: string) => string | undefined;
  taskNumberOf: (id: string) => number | undefined;
};

/** A task's number that can be pressed, a name that stands out, or plain words. */
export type Part = string | { task: number } | { name: string };

export type Sentence = {
  face: EventFace;
  /** Follows the name of who did it: "claimed ", "#12". */
  parts: readonly Part[];
  /** What was said with it: a reason, a message, a summary. It may be an agent's text: never our own voice. */
  quote?: string | undefined;
  tone?: "success" | "warning" | "danger" | undefined;
};

/** What of an event is needed to tell it. */
export type Told = Pick<FeedEvent, "type" | "data" | "subjectId" | "taskId" | "taskNumber"> & {
  actor?: FeedEvent["actor"] | undefined;
};

/** Set on a task's own page, where "it" is enough. */
type Options = { onTask?: string | undefined };

const noNames: Names = { nameOf: () => undefined, taskNumberOf: () => undefined };

/** An event as the rest of a sentence that begins with its actor: "Rio" + "claimed #12". A type from a newer server is told by its name. */
export function sentenceOf(event: Told, names: Names = noNames, { onTask }: Options = {}): Sentence {
  if (!isKnown(event.type)) return { face: "changed", parts: [event.type.replaceAll(/[._]/g, " ")] };
  // The log was written through the registry's schemas, so a type's data has its shape; the map is exhaustive below.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the type says which wording, and both come from the registry
  const word = wording[event.type] as (data: FeedEvent["data"], about: About) => Sentence;
  return word(event.data, aboutOf(event, names, onTask));
}

/** The same as plain words, for a label or a test. */
export function plainWords({ parts }: Sentence): string {
  return parts.map((part) => (typeof part === "string" ? part : "task" in part ? `#${part.task}` : part.name)).join("");
}

/** Every type of event there is. */
export function eventTypes(): readonly EventType[] {
  return Object.keys(wording).filter(isKnown);
}

type About = {
  /** The task it is about: "it" on the task's own page, else its number. */
  it: Part;
  subject: (fallback: string) => Part;
  name: (id: string | null, fallback: string) => Part;
  task: (id: string) => Part;
  /** Whether somebody did it to themselves. */
  isOwn: (userId: string) => boolean;
  subjectId: string;
};

function aboutOf(
  { subjectId, taskId, taskNumber, actor }: Told,
  { nameOf, taskNumberOf }: Names,
  onTask?: string,
): About {
  const name = (id: string | null, fallback: string): Part => {
    const known = id === null ? undefined : nameOf(id);
    return known === undefined ? fallback : { name: known };
  };
  const task = (id: string): Part => {
    const number = taskNumberOf(id);
    return number === undefined ? "another task" : { task: number };
  };
  const isHere = onTask !== undefined && onTask === taskId;
  const it: Part = isHere ? "it" : taskNumber === null ? "a task" : { task: taskNumber };
  const isOwn = (userId: string) => actor?.id === userId;
  return { it, name, task, isOwn, subjectId, subject: (fallback) => name(subjectId, fallback) };
}

const sessionMoves: Record<SessionStatus, string> = {
  initializing: "is getting a session ready",
  ready: "made a session ready",
  running: "began a turn of a session",
  waiting: "waits for an answer in a session",
  paused: "paused a session",
  stopped: "stopped a session",
  error: "ended a session with a failure",
  archived: "archived a session",
  removing: "asked to remove a session",
  removed: "removed a session",
};

type Wording = { [Type in EventType]: (data: EventData<Type>, about: About) => Sentence };

const wording: Wording = {
  "organization.created": ({ name }) => ({ face: "organization", parts: ["made the organization ", { name }] }),
  "organization.renamed": ({ name }) => ({ face: "organization", parts: ["renamed the organization to ", { name }] }),
  "organization.paused": ({ reason, mode }) => ({
    face: "paused",
    parts: [mode === "hard" ? "stopped all work" : "paused all work"],
    quote: said(reason),
    tone: "warning",
  }),
  "organization.resumed": (data) => ({
    face: "resumed",
    parts: ["let work start again", afterPause(data)],
    tone: "success",
  }),
  "member.joined": ({ role }, { subject, isOwn, subjectId }) => ({
    face: "person",
    parts: isOwn(subjectId)
      ? [`joined as ${roleWords[role]}`]
      : ["let ", subject("somebody"), ` in as ${roleWords[role]}`],
  }),
  "member.role_changed": ({ role }, { subject }) => ({
    face: "person",
    parts: ["made ", subject("somebody"), ` ${roleWords[role]}`],
  }),
  "member.deactivated": (_, { subject }) => ({
    face: "person",
    parts: ["deactivated ", subject("a member")],
    tone: "warning",
  }),
  "member.reactivated": (_, { subject }) => ({ face: "person", parts: ["reactivated ", subject("a member")] }),
  "member.token_reused": (_, { subject }) => ({
    face: "person",
    parts: ["ended a sign-in of ", subject("a member"), ": its refresh token was used twice"],
    tone: "warning",
  }),
  "member.reset_link_made": (_, { subject }) => ({
    face: "person",
    parts: ["made a link to set a new password for ", subject("a member")],
    tone: "warning",
  }),
  "member.password_reset": (_, { subject }) => ({
    face: "person",
    parts: ["set a new password for ", subject("a member"), " by a link"],
  }),
  "invitation.created": ({ email, role }) => ({
    face: "person",
    parts: ["invited ", email === null ? "whoever has the link" : { name: email }, ` as ${roleWords[role]}`],
  }),
  "invitation.accepted": ({ userId }, { name, isOwn }) => ({
    face: "person",
    parts: isOwn(userId) ? ["accepted an invitation"] : ["let ", name(userId, "somebody"), " accept an invitation"],
  }),
  "invitation.revoked": () => ({ face: "person", parts: ["revoked an invitation"] }),
  "team.created": ({ name }) => ({ face: "team", parts: ["made the team ", { name }] }),
  "team.updated": (data, { subject }) => ({
    face: "team",
    parts: [`changed the ${fieldsOf(data)} of `, subject("a team")],
  }),
  "team.paused": ({ reason, mode }, { subject }) => ({
    face: "paused",
    parts: [mode === "hard" ? "stopped " : "paused ", subject("the team")],
    quote: said(reason),
    tone: "warning",
  }),
  "team.resumed": (data, { subject }) => ({
    face: "resumed",
    parts: ["resumed ", subject("the team"), afterPause(data)],
    tone: "success",
  }),
  "team.archived": (_, { subject }) => ({ face: "archived", parts: ["archived the team ", subject("")] }),
  "team.member_added": ({ userId }, { name, subject }) => ({
    face: "person",
    parts: ["took ", name(userId, "somebody"), " into ", subject("the team")],
  }),
  "team.member_removed": ({ userId }, { name, subject }) => ({
    face: "person",
    parts: ["took ", name(userId, "somebody"), " out of ", subject("the team")],
  }),
  "agent.created": ({ name, role, runtime }) => ({
    face: "agent",
    parts: ["added the agent ", { name }, `, ${runtime} ${role}`],
  }),
  "agent.updated": agentUpdated,
  "agent.paused": ({ reason, mode }, { subject }) => ({
    face: "paused",
    parts: [mode === "hard" ? "stopped " : "paused ", subject("an agent")],
    quote: said(reason),
    tone: "warning",
  }),
  "agent.resumed": (data, { subject }) => ({
    face: "resumed",
    parts: ["let ", subject("an agent"), " work again", afterPause(data)],
    tone: "success",
  }),
  "agent.went_silent": (_, { subject }) => ({
    face: "agent",
    parts: ["noticed that ", subject("an agent"), " gives no sign of life"],
    tone: "warning",
  }),
  "agent.returned": ({ silentSeconds }, { subject }) => ({
    face: "agent",
    parts: ["heard of ", subject("an agent"), ` again after ${durationWords(silentSeconds)}`],
  }),
  "security.permission_refused": ({ operation, permission }) => ({
    face: "key",
    parts: [`was refused ${operation}: it needs ${permission}`],
    tone: "warning",
  }),
  "security.client_approved": ({ client, ip }) => ({
    face: "key",
    parts: ["let ", { name: client }, ` in as themselves for seven days${ip ? `, from ${ip}` : ""}`],
  }),
  "security.sign_in_denied": ({ ip }, { subject }) => ({
    face: "key",
    parts: ["refused a wrong password for ", subject("somebody"), ip ? ` from ${ip}` : ""],
    tone: "warning",
  }),
  "sandbox.stopped": ({ name }) => ({ face: "agent", parts: ["stopped the sandbox of ", { name }], tone: "warning" }),
  "sandbox.removed": ({ name }) => ({ face: "agent", parts: ["removed the sandbox of ", { name }], tone: "warning" }),
  "cache.cleared": ({ name }) => ({ face: "repo", parts: ["emptied the caches of ", { name }] }),
  "api_key.created": ({ name, agentId, lastFour }, { name: nameOf }) => ({
    face: "key",
    parts: [
      "made the API key ",
      { name },
      ` (…${lastFour})`,
      ...(agentId === null ? [] : [" for ", nameOf(agentId, "an agent")]),
    ],
  }),
  "api_key.rotated": (_, { subject }) => ({
    face: "key",
    parts: ["replaced the API key ", subject("whose name is gone"), " by a new one"],
  }),
  "api_key.revoked": (_, { subject }) => ({
    face: "key",
    parts: ["revoked the API key ", subject("whose name is gone")],
    tone: "warning",
  }),
  "api_key.token_reused": (_, { subject }) => ({
    face: "key",
    parts: ["ended tokens of the API key ", subject("whose name is gone"), ": a refresh token was used twice"],
    tone: "warning",
  }),
  "repo.registered": ({ name }) => ({ face: "repo", parts: ["registered the repository ", { name }] }),
  "repo.updated": (data, { subject }) => ({
    face: "repo",
    parts: [`changed the ${fieldsOf(data)} of `, subject("a repository")],
  }),
  "repo.ready": ({ headCommit }, { subject }) => ({
    face: "repo",
    parts: ["got ", subject("a repository"), " ready", headCommit === null ? ", still empty" : ""],
    tone: "success",
  }),
  "repo.failed": ({ error }, { subject }) => ({
    face: "repo",
    parts: ["could not copy ", subject("a repository")],
    quote: said(error),
    tone: "danger",
  }),
  "repo.retried": (_, { subject }) => ({ face: "repo", parts: ["tried ", subject("a repository"), " again"] }),
  "repo.fetched": ({ headCommit }, { subject }) => ({
    face: "repo",
    parts: ["took over new commits of ", subject("a repository"), `, now at ${shortCommit(headCommit)}`],
  }),
  "repo.archived": (_, { subject }) => ({ face: "archived", parts: ["archived ", subject("a repository")] }),
  "workspace.created": ({ name }) => ({ face: "repo", parts: ["made the workspace ", { name }] }),
  "workspace.ready": (_, { subject }) => ({
    face: "repo",
    parts: ["got ", subject("a workspace"), " ready"],
    tone: "success",
  }),
  "workspace.failed": ({ error }, { subject }) => ({
    face: "repo",
    parts: ["could not make ", subject("a workspace")],
    quote: said(error),
    tone: "danger",
  }),
  "workspace.retried": (_, { subject }) => ({ face: "repo", parts: ["made ", subject("a workspace"), " again"] }),
  "workspace.renamed": ({ name }) => ({ face: "changed", parts: ["renamed a workspace to ", { name }] }),
  "workspace.removed": (_, { subject }) => ({ face: "archived", parts: ["removed ", subject("a workspace")] }),
  "task.created": ({ title }, { it }) => ({
    face: "made",
    parts: it === "it" ? ["created the task"] : ["created ", it, " ", { name: title }],
  }),
  "task.updated": (data, { it }) => ({ face: "changed", parts: [`changed the ${fieldsOf(data)} of `, it] }),
  "task.assigned": ({ assignee }, { it, name }) => ({
    face: "assigned",
    parts:
      assignee === null
        ? ["left ", it, " to whoever is free first"]
        : ["assigned ", it, " to ", name(assignee.id, "somebody")],
  }),
  "task.dependency_added": ({ dependsOnId }, { it, task }) => ({
    face: "linked",
    parts: ["made ", it, " wait for ", task(dependsOnId)],
  }),
  "task.dependency_removed": ({ dependsOnId }, { it, task }) => ({
    face: "linked",
    parts: ["let ", it, " no longer wait for ", task(dependsOnId)],
  }),
  "task.claimed": (_, { it }) => ({ face: "claimed", parts: ["claimed ", it] }),
  "task.status_changed": taskMoved,
  "task.pushed": ({ commit }, { it }) => ({
    face: "pushed",
    parts: [`pushed ${shortCommit(commit)}`, ...(it === "it" ? [] : [" for ", it])],
  }),
  "task.archived": (_, { it }) => ({ face: "archived", parts: ["archived ", it] }),
  "task.context_saved": ({ version }, { it }) => ({
    face: "changed",
    parts: [version === 1 ? "left context for " : "renewed the context of ", it],
  }),
  "task.context_adjusted": (_, { it }) => ({ face: "changed", parts: ["changed what the agent will see of ", it] }),
  "learning.recorded": ({ kind, body }) => ({
    face: "made",
    parts: [`kept a ${kind} for later tasks`],
    quote: said(body),
  }),
  "learning.edited": ({ kind, body }) => ({ face: "changed", parts: [`reworded a ${kind}`], quote: said(body) }),
  "learning.removed": () => ({ face: "archived", parts: ["removed something learned"] }),
  "knowledge.added": ({ title }) => ({ face: "made", parts: ["added ", { name: title }, " to the knowledge"] }),
  "knowledge.replaced": ({ title }) => ({ face: "changed", parts: ["renewed ", { name: title }, " in the knowledge"] }),
  "knowledge.removed": () => ({ face: "archived", parts: ["removed something from the knowledge"] }),
  "mcp_server.added": ({ name }) => ({ face: "webhook", parts: ["attached the MCP server ", { name }] }),
  "mcp_server.updated": (data, { subject }) => ({
    face: "changed",
    parts: [`changed the ${fieldsOf(data)} of `, subject("an MCP server")],
  }),
  "mcp_server.tools_accepted": ({ tools }, { subject }) => ({
    face: "assigned",
    parts: [`accepted ${counted(Object.keys(tools).length, "tool")} of `, subject("an MCP server")],
  }),
  "mcp_server.removed": (_, { subject }) => ({ face: "archived", parts: ["detached ", subject("an MCP server")] }),
  "verification.recorded": ({ verdict, checks, feedback }, { it }) => ({
    face: "gate",
    parts: [
      "checked ",
      it,
      verdict === "passed"
        ? `: ${counted(checks.length, "check")} passed`
        : verdict === "gaps"
          ? ": something is missing"
          : ": a person must look",
    ],
    quote: said(feedback),
    tone: verdict === "passed" ? "success" : "warning",
  }),
  "verification.decided": ({ decision, note }, { it }) => ({
    face: "request",
    parts: [
      {
        retry: "let the agent try again on ",
        skip: "took the result of ",
        fail: "gave up on ",
        take_over: "took over ",
      }[decision],
      it,
      decision === "skip" ? " as it is" : "",
    ],
    quote: said(note),
  }),
  "task.waits_changed": ({ waits }, { it }) =>
    waits[0]
      ? { face: "changed", parts: ["has ", it, " wait: ", waits[0].reason], tone: "warning" }
      : { face: "changed", parts: ["lets ", it, " go on: what it needs is up again"] },
  "task.output_stored": (_, { it }) => ({ face: "changed", parts: ["left a result for ", it] }),
  "plan.created": ({ number, title }) => ({ face: "made", parts: [`began plan ${number}: `, { name: title }] }),
  "plan.updated": (data, { subject }) => ({
    face: "changed",
    parts: [`changed the ${fieldsOf(data)} of `, subject("a plan")],
  }),
  "plan.version_written": ({ version, document }, { subject }) => ({
    face: "made",
    parts: [`wrote version ${version} of `, subject("a plan"), ` with ${counted(document.tasks.length, "task")}`],
  }),
  "plan.edited": ({ version, edits }, { subject }) => ({
    face: "changed",
    parts: [`made ${counted(edits.length, "change")} in version ${version} of `, subject("a plan")],
  }),
  "plan.approved": ({ version, tasks }, { subject }) => ({
    face: "assigned",
    parts: [`approved version ${version} of `, subject("a plan"), `: ${counted(tasks, "task")}`],
    tone: "success",
  }),
  "plan.status_changed": ({ to, reason }, { subject }) => ({
    face: "moved",
    parts: ["moved ", subject("a plan"), ` to ${to.replaceAll("_", " ")}`],
    ...(reason === null ? {} : { quote: said(reason) }),
    ...(to === "failed" ? { tone: "danger" } : to === "completed" ? { tone: "success" } : {}),
  }),
  "worktree.created": (_, { it }) => ({ face: "pushed", parts: ["made a worktree for ", it] }),
  "worktree.removed": ({ discardedCommits }, { it }) => ({
    face: "archived",
    parts: [
      "removed the worktree of ",
      it,
      ...(discardedCommits > 0 ? [` and put ${discardedCommits} unmerged commits aside`] : []),
    ],
  }),
  "message.sent": ({ body, recipient }, { it, name }) => ({
    face: "message",
    parts: ["wrote", ...(recipient === null ? [] : [" to ", name(recipient.id, "somebody")]), ...aboutTask(it)],
    quote: said(body),
  }),
  "message.delivered": (_, { it }) => ({ face: "message", parts: ["was given a message", ...aboutTask(it)] }),
  "message.seen": (_, { it }) => ({ face: "message", parts: ["saw a message", ...aboutTask(it)] }),
  "message.processed": (_, { it }) => ({ face: "message", parts: ["was done with a message", ...aboutTask(it)] }),
  "review.requested": ({ attempt, commit, summary }, { it }) => ({
    face: "review",
    parts: [
      "asked for a review",
      ...(it === "it" ? [] : [" of ", it]),
      commit === null ? "" : ` at ${shortCommit(commit)}`,
      attempt > 1 ? `, attempt ${attempt}` : "",
    ],
    quote: said(summary),
  }),
  "review.assigned": ({ reviewerId }, { it, name, isOwn }) => ({
    face: "review",
    parts: isOwn(reviewerId)
      ? ["took the review", ...(it === "it" ? [] : [" of ", it])]
      : ["gave the review of ", it, " to ", name(reviewerId, "a reviewer")],
  }),
  "review.released": ({ reason, declinedBy }, { it }) => ({
    face: "review",
    parts: [
      declinedBy ? "gave the review of " : "took back the review of ",
      it,
      declinedBy ? " back" : " from its reviewer",
    ],
    quote: said(reason),
  }),
  "review.approved": ({ text }, { it }) => ({
    face: "review",
    parts: ["approved ", it],
    quote: said(text),
    tone: "success",
  }),
  "review.decided": ({ verdict, text }, { it }) => ({
    ...decided(verdict, it),
    face: "review",
    // The approval that decided it stands beside it, with its words.
    quote: verdict === "approve" ? undefined : said(text),
  }),
  "review.commented": ({ path, line, body }, { it }) => ({
    face: "review",
    parts: [`commented on ${path}, line ${line}`, ...(it === "it" ? [] : [" of ", it])],
    quote: said(body),
  }),
  "merge.queued": ({ commit }, { it }) => ({
    face: "merge",
    parts: ["put ", it, ` into the merge queue at ${shortCommit(commit)}`],
  }),
  "merge.started": (_, { it }) => ({ face: "merge", parts: ["started to test the merge of ", it] }),
  "merge.requeued": ({ reason }, { it }) => ({
    face: "merge",
    parts: ["put ", it, " back into the merge queue"],
    quote: said(reason),
  }),
  "merge.landed": ({ mergeCommit }, { it }) => ({
    face: "merge",
    parts: ["merged ", it, ` as ${shortCommit(mergeCommit)}`],
    tone: "success",
  }),
  "merge.failed": ({ status, reason }, { it }) => ({
    face: "merge",
    parts:
      status === "conflicted"
        ? ["found a conflict between ", it, " and the default branch"]
        : status === "cancelled"
          ? ["took ", it, " out of the merge queue"]
          : ["could not merge ", it],
    quote: said(reason),
    tone: status === "cancelled" ? undefined : "danger",
  }),
  "gate.finished": ({ passed, exitCode, outcome }, { it }) => ({
    face: "gate",
    parts: [
      "ran the gate",
      ...(it === "it" ? [] : [" of ", it]),
      passed ? ": passed" : `: failed, ${exitCode === null ? outcome : `exit code ${exitCode}`}`,
    ],
    tone: passed ? "success" : "danger",
  }),
  "request.opened": ({ kind, title, blocksTask }, { it }) => ({
    face: "request",
    parts: [
      `${requestWords[kind]}`,
      ...(it === "a task" || it === "it" ? [] : [" about ", it]),
      blocksTask ? ", and waits for the answer" : "",
    ],
    quote: said(title),
    tone: "warning",
  }),
  "request.resolved": ({ answer }) => ({
    face: "request",
    parts: ["answered"],
    quote: said(answerWords(answer)),
    tone: "success",
  }),
  "request.expired": ({ reason }) => ({
    face: "request",
    parts: ["let a question expire"],
    quote: said(reason),
    tone: "warning",
  }),
  "request.withdrawn": ({ reason }) => ({ face: "request", parts: ["withdrew a question"], quote: said(reason) }),
  "request.escalated": (_, { it }) => ({
    face: "request",
    parts: ["told the admins that nobody has answered yet", ...(it === "a task" ? [] : [" for ", it])],
    tone: "warning",
  }),
  "request.consumed": () => ({ face: "request", parts: ["used an approval"] }),
  "policy.created": ({ action, expiresAt }) => ({
    face: "request",
    parts: ["always allows ", { name: action }, expiresAt === null ? "" : ` until ${expiresAt.slice(0, 10)}`],
    tone: "warning",
  }),
  "policy.revoked": () => ({ face: "request", parts: ["ended a standing permission"] }),
  "tool_policy.set": ({ effect, subject, pattern, expiresAt }) => ({
    face: "request",
    parts: [
      { allow: "lets agents use the ", ask: "has people asked for the ", deny: "denies agents the " }[effect],
      `${subject === "network" ? "host" : subject} `,
      { name: pattern },
      expiresAt === null ? "" : ` until ${expiresAt.slice(0, 10)}`,
    ],
    tone: effect === "allow" ? "warning" : undefined,
  }),
  "tool_policy.removed": () => ({ face: "request", parts: ["removed a policy on tools"] }),
  "quota.set": ({ userId }, { name }) => ({
    face: "money",
    parts: ["set what sessions of ", userId === null ? "everybody" : name(userId, "somebody"), " may use"],
  }),
  "report.saved": ({ name, isShared }) => ({
    face: "made",
    parts: ["left the report ", { name }, isShared ? " for everybody" : ""],
  }),
  "report.shared": ({ isShared }) => ({
    face: "changed",
    parts: [isShared ? "shared a report with everybody" : "gave a report back to its team"],
  }),
  "report.removed": () => ({ face: "archived", parts: ["removed a report"] }),
  "template.saved": ({ kind, name }) => ({ face: "made", parts: [`saved the ${kind} template `, { name }] }),
  "template.removed": () => ({ face: "archived", parts: ["removed a template"] }),
  "schedule.saved": ({ name, cron, timeZone, enabled }) => ({
    face: "changed",
    parts: [enabled ? "scheduled " : "switched off ", { name }, ` (${cron}, ${timeZone})`],
  }),
  "schedule.removed": () => ({ face: "archived", parts: ["removed a schedule"] }),
  "schedule.ran": ({ outcome, detail }) => ({
    face: "made",
    parts: [
      { created: "made a task by schedule", skipped: "skipped a scheduled run", failed: "failed a scheduled run" }[
        outcome
      ],
    ],
    quote: detail,
    tone: outcome === "failed" ? "danger" : undefined,
  }),
  "session.flagged": ({ flags, because }) => ({
    face: "agent",
    parts: ["has had ", { name: flags.join(", ").replaceAll("_", " ") }, " in a session"],
    quote: because,
  }),
  "budget.set": ({ scope, scopeId, period, capMicros }, about) => ({
    face: "money",
    parts: ["capped ", ...cappedOf(scope, scopeId, about), ` at ${dollars(capMicros)} ${periodWords[period]}`],
  }),
  "budget.removed": ({ scope, scopeId, period }, about) => ({
    face: "money",
    parts: ["took away what ", ...cappedOf(scope, scopeId, about), ` may spend ${periodWords[period]}`],
  }),
  "budget.warned": ({ scope, scopeId, period, capMicros, spentMicros }, about) => ({
    face: "money",
    parts: [
      "brought ",
      ...cappedOf(scope, scopeId, about),
      ` to ${dollars(spentMicros)} of ${dollars(capMicros)} ${periodWords[period]}`,
    ],
    tone: "warning",
  }),
  "budget.exhausted": ({ scope, scopeId, period, capMicros, spentMicros }, about) => ({
    face: "money",
    parts: [
      "was stopped by the cap of ",
      ...cappedOf(scope, scopeId, about),
      `: ${dollars(spentMicros)} of ${dollars(capMicros)} ${periodWords[period]} is spent`,
    ],
    tone: "danger",
  }),
  "price.set": ({ model, inputMicros, outputMicros }) => ({
    face: "money",
    parts: [
      "set the price of ",
      { name: model === "*" ? "unknown models" : model },
      ` to ${dollars(inputMicros)} in and ${dollars(outputMicros)} out for a million tokens`,
    ],
  }),
  "session.started": (_, { it }) => ({
    face: "agent",
    parts: ["began a session", ...(it === "it" || it === "a task" ? [] : [" on ", it])],
  }),
  "session.ended": ({ reason }) => ({ face: "agent", parts: ["ended a session"], quote: said(reason ?? undefined) }),
  "session.created": ({ name, parentId }) => ({
    face: "agent",
    parts: [parentId ? "forked a session: " : "began a session: ", { name }],
  }),
  "session.moved": ({ to, reason }) => ({
    face: "agent",
    parts: [sessionMoves[to]],
    quote: said(reason ?? undefined),
    tone: to === "error" ? "danger" : undefined,
  }),
  "session.renamed": ({ name }) => ({ face: "agent", parts: ["renamed a session to ", { name }] }),
  "session.changed": ({ model, mode }) => ({
    face: "agent",
    parts: [
      "changed a session",
      ...(model ? [" to the model ", { name: model }] : []),
      ...(mode ? [" to the mode ", { name: mode }] : []),
    ],
  }),
  "usage.recorded": (
    { model, inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, costMicros, uncoveredMicros },
    { it },
  ) => ({
    face: "money",
    parts: [
      `spent ${dollars(costMicros)}`,
      ...(it === "it" || it === "a task" ? [] : [" on ", it]),
      ` with ${model}, ${(inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens).toLocaleString("en")} tokens`,
      uncoveredMicros > 0 ? `; ${dollars(uncoveredMicros)} of it no budget had room for` : "",
    ],
    tone: uncoveredMicros > 0 ? "danger" : undefined,
  }),
  "handle.given": ({ handle }, { subject }) => ({
    face: "person",
    parts: ["gave ", subject("somebody"), " the handle ", { name: handle }],
  }),
  "channel.locked": ({ path }) => ({ face: "paused", parts: ["locked the channel ", { name: path }] }),
  "channel.unlocked": ({ path }) => ({ face: "resumed", parts: ["unlocked the channel ", { name: path }] }),
  "channel.granted": ({ path, granteeId }, { name }) => ({
    face: "person",
    parts: ["let ", name(granteeId, "somebody"), " hear the channel ", { name: path }],
  }),
  "channel.revoked": ({ path, granteeId }, { name }) => ({
    face: "person",
    parts: ["no longer lets ", name(granteeId, "somebody"), " hear the channel ", { name: path }],
  }),
  "channel.advertised": ({ path, description }) => ({
    face: "message",
    parts: ["advertised the channel ", { name: path }],
    quote: said(description),
  }),
  "channel.advert_withdrawn": ({ path }) => ({
    face: "message",
    parts: ["took back the advert of the channel ", { name: path }],
  }),
  "channel.history_changed": ({ path, count }) => ({
    face: "message",
    parts: ["made the channel ", { name: path }, count === null ? " keep nothing" : ` keep ${count} messages`],
  }),
  "webhook.created": ({ name }) => ({ face: "webhook", parts: ["opened the webhook ", { name }] }),
  "webhook.updated": (data) => ({
    face: "webhook",
    parts:
      data.enabled === undefined
        ? [`changed the ${fieldsOf(data)} of a webhook`]
        : [`switched a webhook ${data.enabled ? "on" : "off"}`],
  }),
  "webhook.secret_rotated": () => ({ face: "webhook", parts: ["gave a webhook a new secret"] }),
  "webhook.deleted": () => ({ face: "webhook", parts: ["closed a webhook"], tone: "warning" }),
  "webhook.delivered": ({ event, action, status, result }) => ({
    face: "webhook",
    parts: [`${deliveryWords[status]} ${action === null ? event : `${event} (${action})`} from outside`],
    quote: said(result),
    tone: status === "failed" ? "danger" : undefined,
  }),
  "credential.saved": ({ provider, status }) => ({
    face: "key",
    parts: ["saved a key for models of ", { name: provider }, status === "refused" ? ", which refuses it" : ""],
  }),
  "credential.refused": ({ provider, problem }) => ({
    face: "key",
    parts: ["was refused by ", { name: provider }, ": its key does not count any more"],
    quote: said(problem),
    tone: "danger",
  }),
  "credential.model_gone": ({ provider, model }) => ({
    face: "key",
    parts: ["was told by ", { name: provider }, " that there is no model ", { name: model }],
    tone: "warning",
  }),
  "credential.removed": ({ provider }) => ({
    face: "key",
    parts: ["removed the key for models of ", { name: provider }],
    tone: "warning",
  }),
  "model_routing.set": (_data, { subject }) => ({
    face: "changed",
    parts: ["changed which models the work of ", subject("a team"), " goes to"],
  }),
  "github_app.created": ({ name }) => ({ face: "webhook", parts: ["connected the GitHub App ", { name }] }),
  "github_app.removed": () => ({ face: "webhook", parts: ["forgot a GitHub App"], tone: "warning" }),
  "github_app.installation_changed": ({ account, status }) => ({
    face: "webhook",
    parts: [`heard that the GitHub App is ${status === "active" ? "installed" : status} at `, { name: account }],
  }),
  "github_app.repositories_changed": ({ added, removed }) => ({
    face: "webhook",
    parts: [`heard that the GitHub App reaches ${added.length} more repositories and ${removed.length} fewer`],
  }),
};

const periodWords: Record<BudgetPeriod, string> = { day: "a day", month: "a month", life: "in all" };

function cappedOf(scope: BudgetScope, scopeId: string, { name, it }: About): Part[] {
  if (scope === "org") return ["the organization"];
  if (scope === "task") return [it];
  if (scope === "session") return ["a session"];
  return [name(scopeId, scope === "user" ? "somebody" : `the ${scope}`)];
}

const requestWords = {
  question: "asked a question",
  approval: "asked for an approval",
  review: "asked a person to look",
  permission: "asked for a permission",
  budget: "asked for more money",
  checkpoint: "asked how to go on",
} as const;

/** An answer as a person reads it. */
export function answerWords(answer: unknown): string {
  if (typeof answer === "string") return answer;
  if (typeof answer !== "object" || answer === null) return JSON.stringify(answer) ?? "";
  if (Array.isArray(answer)) return answer.map(answerWords).join(", ");
  const { approved, note, ...rest } = Object.fromEntries(Object.entries(answer));
  const verdict = typeof approved === "boolean" ? [approved ? "Approved" : "Declined"] : [];
  const others = Object.entries(rest).map(([name, value]) => `${name}: ${answerWords(value)}`);
  return [...verdict, ...(typeof note === "string" && note !== "" ? [note] : []), ...others].join(" · ");
}

function agentUpdated(data: EventData<"agent.updated">, { subject }: About): Sentence {
  const who = subject("an agent");
  if (data.status === "paused") return { face: "paused", parts: ["paused ", who], tone: "warning" };
  if (data.status === "active") return { face: "resumed", parts: ["let ", who, " work again"], tone: "success" };
  if (data.status === "archived") return { face: "archived", parts: ["archived ", who] };
  return { face: "agent", parts: [`changed the ${fieldsOf(data)} of `, who] };
}

function taskMoved({ to, reason, lease, rework }: EventData<"task.status_changed">, { it }: About): Sentence {
  const quote = said(reason);
  if (lease?.end === "expired") {
    return {
      face: "moved",
      parts: ["put ", it, " back: its holder was not heard of any more"],
      quote,
      tone: "warning",
    };
  }
  if (to === "todo" && rework)
    return { face: "moved", parts: ["sent ", it, " back for rework"], quote, tone: "warning" };
  return { face: "moved", parts: ["moved ", it, ` to “${taskFaces[to].label}”`], quote, tone: tones[to] };
}

const tones: Partial<Record<TaskStatus, Sentence["tone"]>> = { done: "success", failed: "danger", blocked: "warning" };

function decided(verdict: Verdict, it: Part): Pick<Sentence, "parts" | "tone"> {
  if (verdict === "approve")
    return { parts: ["closed the review of ", it, ": it has all its approvals"], tone: "success" };
  if (verdict === "request_changes") return { parts: ["asked for changes to ", it], tone: "warning" };
  if (verdict === "reject") return { parts: ["rejected ", it], tone: "danger" };
  return { parts: ["made the review of ", it, " void: the branch moved"] };
}

const deliveryWords = {
  received: "received",
  processed: "processed",
  ignored: "left alone",
  failed: "could not process",
  refused: "refused",
} as const;

const aboutTask = (it: Part): readonly Part[] => (it === "it" || it === "a task" ? [] : [" about ", it]);

const roleWords = { owner: "an owner", admin: "an admin", member: "a member", viewer: "a viewer" } as const;

const fieldWords: Record<string, string> = {
  repoId: "repository",
  maxConcurrent: "concurrency",
  autoMerge: "automatic merging",
  leaseSeconds: "life of leases",
  gateCommand: "gate",
  gateTimeoutSeconds: "time-out of the gate",
  mergeStrategy: "merge strategy",
};

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

function fieldsOf(data: object): string {
  const fields = Object.keys(data).map((field) => fieldWords[field] ?? field);
  return fields.length < 2 ? (fields[0] ?? "settings") : `${fields.slice(0, -1).join(", ")} and ${fields.at(-1)}`;
}

/** The first eight letters of a commit, as git prints it. */
function shortCommit(commit: string): string {
  return commit.slice(0, 8);
}

/** How long a pause lasted, where the event says it. */
const afterPause = ({ pausedSeconds, pausedBy }: { pausedSeconds?: number; pausedBy?: string }): string =>
  pausedSeconds === undefined ? "" : `, ${durationWords(pausedSeconds)} after ${pausedBy ?? "somebody"} paused it`;

function durationWords(seconds: number): string {
  const [amount, unit] =
    seconds < 90
      ? [seconds, "second"]
      : seconds < 5_400
        ? [Math.round(seconds / 60), "minute"]
        : seconds < 129_600
          ? [Math.round(seconds / 3_600), "hour"]
          : [Math.round(seconds / 86_400), "day"];
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}

const said = (text: string | undefined): string | undefined => (text === "" ? undefined : text);

const isKnown = (type: string): type is EventType => Object.hasOwn(wording, type);
