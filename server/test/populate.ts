import {
  externalItems,
  githubAppRequests,
  githubAppSecrets,
  webhookDeliveries,
  webhookSecrets,
} from "#db/schema/webhooks.ts";
import { providerSignIns } from "#db/schema/provider-sign-ins.ts";
import { modelCredentialSecrets, providerPauses } from "#db/schema/models.ts";
import { sessionAttachments, sessionChunks } from "#db/schema/session-chunks.ts";
import { terminals } from "#db/schema/terminals.ts";
import { turnMessages, turnParts, turns } from "#db/schema/turns.ts";
import { createApiKey } from "../api-keys/operations.ts";
import { checkBudgetOperation, setBudget } from "../budgets/operations.ts";
import { advertiseChannel, grantAccess, publish } from "../channels/operations.ts";
import { holdOwnHandle } from "../channels/handles.ts";
import type { Runtime } from "../context.ts";
import { createAgent } from "../agents/operations.ts";
import { record } from "../events/record.ts";
import { createApprovalPolicy, askHuman } from "../human-requests/operations.ts";
import { newId } from "../ids.ts";
import { inviteMember } from "../members/operations.ts";
import { defaultRouting } from "../models/defaults.ts";
import { createPlanOperation } from "../plans/operations.ts";
import { setQuota } from "../quotas/operations.ts";
import { saveReport } from "../reports/operations.ts";
import { saveSchedule } from "../schedules/operations.ts";
import { saveTemplate } from "../templates/operations.ts";
import { setPolicy } from "../policies/operations.ts";
import { sendMessageOperation } from "../messages/operations.ts";
import { setPriceOperation } from "../prices/operations.ts";
import { registerRepo } from "../repos/operations.ts";
import { addReviewComment, requestReviewOperation } from "../reviews/operations.ts";
import { adjustContextOperation, saveContextOperation } from "../task-contexts/operations.ts";
import { addDocument } from "../knowledge/operations.ts";
import { recordLearning } from "../learnings/operations.ts";
import { recordVerification } from "../verifications/service.ts";
import { createSession, recordUsageOperation, sendSessionMessage, startSession } from "../sessions/operations.ts";
import { tellOf } from "../sandboxes/test/kept.ts";
import { makeTicket } from "../terminals/tickets.ts";
import { noteSize } from "../workspaces/making.ts";
import { as, createTestAgent, createTestMember, createTestOrg, type TestOrg } from "./fixtures.ts";
import { workIn } from "./work.ts";

/** An organization with at least a row in every table that is a fold of the events, and the ids of one thing of each kind. */
export async function populate(runtime: Runtime) {
  const { run, addTask, claim } = workIn(runtime);
  const org = await createTestOrg(runtime);
  const { owner, teamId } = org;
  const member = await createTestMember(runtime, org, "member");
  const agent = await createTestAgent(runtime, org, { slots: 3 });
  const { repo } = await run(registerRepo, owner, { teamId, name: "app" });
  const { apiKey } = await run(createApiKey, owner, { name: "key", agentId: agent.id }, "key");
  const { invitation } = await run(inviteMember, owner, { role: "member", teamIds: [teamId] });
  await run(createAgent, owner, { teamId, name: "spare" });
  const first = await addTask(org, { title: "First" });
  const second = await addTask(org, { title: "Second", dependsOn: [first.id], repoId: repo.id });
  const reviewed = await addTask(org, { title: "Reviewed" });
  await claim(agent, reviewed.id);
  const { review } = await run(requestReviewOperation, agent, { task: reviewed.id, summary: "done" });
  // By its event alone: the task still waits for its review.
  await as(runtime, member, (context) =>
    record(context, "review.approved", [{ subject: review.id, task: reviewed.id, team: teamId, data: { text: "" } }]),
  );
  await run(addReviewComment, owner, { task: reviewed.id, path: "a.ts", line: 1, body: "why?" });
  const lease = (await claim(agent, first.id))?.lease.id ?? "";
  await run(saveContextOperation, owner, { task: first.id, body: "What is left." });
  await run(adjustContextOperation, owner, { task: first.id, leftOut: [], note: "Careful." });
  const { learning } = await run(recordLearning, owner, { task: first.id, kind: "gotcha", body: "It bites at night." });
  const { source } = await run(addDocument, owner, { title: "Handbook", body: "How we work.", teamId });
  // By its event alone: the key ring of the tests is nowhere.
  const serverId = newId();
  const where = {
    transport: "http" as const,
    url: "https://example.org/mcp",
    command: null,
    args: [],
    secretNames: [],
  };
  await as(runtime, owner, (context) =>
    record(context, "mcp_server.added", [{ subject: serverId, data: { name: "tracker", ...where } }]),
  );
  await as(runtime, owner, (context) => recordVerification(context, { taskId: first.id, checks: [] }));
  const [workspaceId, terminalId] = [newId(), newId()];
  // By its event alone: the repository is not copied in most tests.
  await as(runtime, owner, async (context) => {
    const of = { source: "repo" as const, sourceUrl: null, repoId: repo.id, branch: "work", setupScript: "" };
    await record(context, "workspace.created", [
      { subject: workspaceId, team: teamId, task: second.id, data: { name: "app", ...of } },
    ]);
    await record(context, "workspace.ready", [
      { subject: workspaceId, team: teamId, task: second.id, data: { baseCommit: "b".repeat(40) } },
    ]);
    const at = { orgId: owner.orgId, createdAt: context.now };
    const about = { workspaceId, createdBy: { kind: owner.kind, id: owner.id, name: owner.name } };
    await context.tx.insert(terminals).values({ ...at, ...about, id: terminalId, name: "Shell", rows: 24, cols: 80 });
    await makeTicket(context, { kind: "terminal", workspaceId, terminalId });
    await noteSize(context, { orgId: owner.orgId, id: workspaceId }, { bytes: 1, files: 1 });
  });
  await tellOf(runtime, {
    ...{ orgId: owner.orgId, place: owner.orgId, boxes: [{ id: workspaceId }] },
    caches: [{ id: repo.id, tools: { npm: 1 } }],
  });
  const { plan } = await run(createPlanOperation, owner, { teamId, requirements: "Add a page.", template: "feature" });
  await as(runtime, owner, (context) =>
    record(context, "task.output_stored", [
      { subject: first.id, task: first.id, team: teamId, data: { output: "Found it." } },
    ]),
  );
  const { message } = await run(sendMessageOperation, owner, { task: first.id, body: "hello" });
  const asked = await run(askHuman, agent, { task: first.id, title: "Which way?", blocks: false, timeoutSeconds: 0 });
  const { policy } = await run(createApprovalPolicy, owner, { teamId, action: "deploy.*", until: null });
  await as(runtime, owner, async (context) => {
    const job = { subject: newId(), task: second.id, team: teamId };
    await record(context, "merge.queued", [
      { ...job, data: { repoId: repo.id, commit: "c".repeat(40), strategy: "merge" } },
    ]);
    await record(context, "worktree.created", [
      {
        ...{ subject: second.id, task: second.id, team: teamId },
        data: { repoId: repo.id, branch: second.branch, baseCommit: "b".repeat(40) },
      },
    ]);
    await record(context, "gate.finished", [
      {
        ...{ subject: newId(), task: second.id, team: teamId },
        data: {
          ...{ repoId: repo.id, tree: "d".repeat(40), command: "true", sandbox: "process", passed: true, exitCode: 0 },
          ...{ outcome: "passed", durationMs: 1 },
        },
      },
    ]);
  });
  const { session } = await run(startSession, agent, { task: first.id, model: "gpt-5" });
  await run(recordUsageOperation, agent, { sessionId: session.id, inputTokens: 1_000, outputTokens: 100 });
  await run(setQuota, owner, { userId: member.id, sessionsAtOnce: 100 });
  const { template } = await run(saveTemplate, owner, { teamId, name: "Weekly", body: { title: "Look after it" } });
  const timed = { templateId: template.id, name: "Mondays", cron: "0 9 * * 1" };
  const { schedule } = await run(saveSchedule, owner, timed);
  await run(saveReport, owner, { teamId, name: "audit.md", kind: "markdown", text: "All is well." });
  const ran = { dueAt: new Date().toISOString(), outcome: "skipped" as const, taskId: null, stands: 1, detail: "" };
  await as(runtime, owner, (context) =>
    record(context, "schedule.ran", [{ subject: schedule.id, team: teamId, data: ran }]),
  );
  const inSession = { scope: "session", scopeId: session.id };
  await run(setPolicy, owner, { ...inSession, effect: "allow", subject: "command", pattern: "npm test" });
  const raised = { flags: ["private_data" as const], because: "cat a.ts", requestId: null, isStanding: false };
  await as(runtime, owner, (context) =>
    record(context, "session.flagged", [{ subject: session.id, team: teamId, data: raised }]),
  );
  await run(checkBudgetOperation, agent, { sessionId: session.id, estimateMicros: 1_000, reserve: true });
  await addConversation(runtime, org);
  await run(setPriceOperation, owner, { provider: "us", model: "own", inputMicros: 1, outputMicros: 1 });
  const { budget } = await run(setBudget, owner, { period: "month", capMicros: 1_000_000_000 });
  const [own, theirs] = [await as(runtime, agent, holdOwnHandle), await as(runtime, member, holdOwnHandle)];
  const channel = `agent.${own.handle}.news`;
  await run(advertiseChannel, agent, { channel, description: "news" });
  await run(grantAccess, agent, { channel, handle: theirs.handle });
  await run(publish, agent, { channel, payload: "hello" });
  const { webhookId, deliveryId } = await addWebhook(runtime, org, first.id);
  const credentialId = await addModels(runtime, org, first.id);
  const ids = {
    ...{
      credentialId,
      signInProviderId: credentialId,
      providerSignInId: credentialId,
      webhookId,
      deliveryId,
      githubAppId: webhookId,
    },
    ...{ teamId, repoId: repo.id, agentId: agent.id, userId: member.id, assigneeId: member.id },
    ...{ apiKeyId: apiKey.id, invitationId: invitation.id, lease, task: first.id, replyTo: message.id },
    ...{ request: asked.request, policyId: policy.id, learningId: learning.id, sourceId: source.id, serverId },
    ...{
      budgetId: budget.id,
      sessionId: session.id,
      templateId: template.id,
      scheduleId: schedule.id,
      planId: plan.id,
      workspaceId,
      terminalId,
    },
  };
  return { org, agent, member, ids, reviewed: reviewed.id };
}

/** A session with an agent of ours in which something was said. */
async function addConversation(runtime: Runtime, { owner, teamId }: TestOrg): Promise<void> {
  const { run } = workIn(runtime);
  const { session } = await run(createSession, owner, { teamId });
  await run(sendSessionMessage, owner, { sessionId: session.id, text: "Hello." });
  await as(runtime, owner, async ({ tx, now }) => {
    const of = { orgId: owner.orgId, sessionId: session.id };
    const said = { kind: "text", text: "Hello to you." };
    await tx.insert(sessionChunks).values({ ...of, seq: 1, turn: 1, kind: "text", data: said, at: now });
    const file = { name: "a.txt", mimeType: "text/plain", size: 1, data: Buffer.from("a") };
    await tx.insert(sessionAttachments).values({ ...of, id: newId(), ...file, createdAt: now });
  });
}

/** A key for models with a pause of its provider, and a routing table. The sealed key is none. */
async function addModels(runtime: Runtime, { owner, teamId }: TestOrg, taskId: string): Promise<string> {
  const credentialId = newId();
  await as(runtime, owner, async (context) => {
    const place = { orgId: owner.orgId, credentialId };
    await record(context, "credential.saved", [
      {
        subject: credentialId,
        data: {
          ...{ provider: "anthropic", api: "anthropic", baseUrl: "https://api.anthropic.com/v1", lastFour: "1234" },
          ...{
            status: "working",
            problem: null,
            testAnswer: "It answered with 1 model.",
            models: ["claude-sonnet-5-5"],
          },
        },
      },
    ]);
    await record(context, "model_routing.set", [
      { subject: teamId, team: teamId, data: { ...defaultRouting, version: 1 } },
    ]);
    const turn = { orgId: owner.orgId, id: newId() };
    await context.tx.insert(turns).values({
      ...{ ...turn, taskId, teamId, agentId: owner.id, leaseId: newId(), attempt: 1, status: "finished" },
      ...{ sessionId: newId(), rework: 0, resumed: 0, startedAt: context.now },
    });
    const of = { orgId: owner.orgId, turnId: turn.id, at: context.now };
    await context.tx.insert(turnMessages).values({ ...of, number: 0, message: { role: "user", content: "hello" } });
    await context.tx.insert(turnParts).values({ ...of, kind: "text", text: "hello" });
    await context.tx.insert(modelCredentialSecrets).values({ ...place, sealed: "v1" });
    const signIn = {
      provider: "anthropic",
      api: "anthropic" as const,
      baseUrl: "https://api.anthropic.com/v1",
      clientId: "c",
    };
    const tokenUrl = "https://login.example.com/token";
    await record(context, "credential.sign_in_offered", [
      {
        subject: credentialId,
        data: { ...signIn, tokenUrl, deviceUrl: "https://login.example.com/device", scopes: "" },
      },
    ]);
    await context.tx.insert(providerSignIns).values({
      ...{ ...signIn, tokenUrl, orgId: owner.orgId, id: credentialId, userId: owner.id, userName: "Olivia" },
      ...{ userCode: "AB-12", verificationUri: "https://login.example.com", intervalSeconds: 5, status: "denied" },
      ...{ nextPollAt: context.now, expiresAt: context.now, createdAt: context.now },
    });
    await context.tx.insert(providerPauses).values({ ...place, pausedUntil: context.now, reason: "429" });
  });
  return credentialId;
}

/** A GitHub App's endpoint with something in every table of theirs. Its secret is none: the tests' key ring is nowhere. */
async function addWebhook(runtime: Runtime, { owner, teamId }: TestOrg, taskId: string) {
  const [webhookId, deliveryId] = [newId(), newId()];
  await as(runtime, owner, async (context) => {
    const { tx, now } = context;
    const { orgId } = owner;
    const about = { subject: webhookId, team: teamId };
    await record(context, "webhook.created", [
      { ...about, data: { provider: "github", name: "App", repoId: null, events: [], label: null } },
    ]);
    await record(context, "github_app.created", [
      {
        ...about,
        data: { appId: 1, slug: "a", name: "A", url: "https://github.com/apps/a", owner: "o", clientId: "c" },
      },
    ]);
    await record(context, "github_app.installation_changed", [
      { ...about, data: { installationId: 1, account: "o", status: "active" } },
    ]);
    await record(context, "github_app.repositories_changed", [
      { ...about, data: { installationId: 1, added: [{ id: 1, fullName: "o/r" }], removed: [] } },
    ]);
    await tx.insert(webhookSecrets).values({ orgId, id: newId(), webhookId, sealed: "v1", createdAt: now });
    await tx.insert(githubAppSecrets).values({ orgId, appId: webhookId, name: "pem", sealed: "v1" });
    await tx.insert(githubAppRequests).values({
      ...{ orgId, stateHash: newId(), userId: owner.id, teamId, createdAt: now, expiresAt: now },
    });
    await tx.insert(webhookDeliveries).values({
      ...{ orgId, id: deliveryId, webhookId, teamId, deliveryId: "1", event: "issues", headers: {}, payloadBytes: 2 },
      ...{
        payload: Buffer.from("{}"),
        status: "processed",
        result: "Made a task.",
        taskId,
        attempts: 1,
        requestId: "test",
      },
      ...{ receivedAt: now, nextAttemptAt: now, finishedAt: now },
    });
    const synced = { title: "", description: "", labels: [] };
    await tx
      .insert(externalItems)
      .values({ orgId, teamId, externalId: "github.com/issue/1", taskId, state: "open", changedAt: now, synced });
  });
  return { webhookId, deliveryId };
}
