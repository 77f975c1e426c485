import { expect, test } from "vitest";
import type { Actor } from "../context.ts";
import { listAuditEvents } from "../audit-log/operations.ts";
import { getRequest, listRequests, respondToRequest } from "../human-requests/operations.ts";
import { openRequest } from "../human-requests/service.ts";
import { startSession } from "../sessions/operations.ts";
import { as, createTestAgent, createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { openPermission, takePermission } from "./asking.ts";
import { openPolicyCache } from "./cache.ts";
import { decidePermission } from "./deciding.ts";
import { raiseFlags } from "./flags.ts";
import * as operations from "./operations.ts";
import { findSessionOf } from "./service.ts";

const { runtime } = await openTestRuntime();
const { run, addTask, claim, read } = workIn(runtime);

const shell = (command: string) => ({
  title: "",
  tool: "Bash",
  toolKind: "execute",
  input: { command },
  paths: [],
  command,
});

/** An agent in a session of its own, in a team of its own. */
async function sitting() {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const task = await addTask(org);
  await claim(agent, task.id);
  const { session } = await run(startSession, agent, { task: task.id });
  const set = (input: Record<string, unknown>, actor: Actor = org.owner) =>
    run(operations.setPolicy, actor, {
      ...{ scope: "team", scopeId: org.teamId, effect: "allow", subject: "command" },
      ...input,
    });
  const decide = (command: string) =>
    as(runtime, agent, (context) => decidePermission(context, { sessionId: session.id, ask: shell(command) }));
  const open = (command: string) =>
    as(runtime, agent, (context) => openPermission(context, { sessionId: session.id, ask: shell(command) }));
  const take = (requestId: string, command: string) =>
    as(runtime, agent, (context) => takePermission(context, { requestId, sessionId: session.id, ask: shell(command) }));
  const answer = (request: string, approved: boolean, more: Record<string, unknown> = {}, actor: Actor = org.owner) =>
    run(respondToRequest, actor, { request, answer: { approved }, ...more });
  const flag = (...flags: ("untrusted_input" | "private_data" | "outward_effect")[]) =>
    as(runtime, agent, async (context) =>
      raiseFlags(context, await findSessionOf(context, session.id), flags, { because: "so" }),
    );
  return { org, agent, task, session, set, decide, open, take, answer, flag };
}

test("who allowed or refused an agent's tool this once stands in the audit, and what else was asked does not", async () => {
  const { org, agent, task, open, answer } = await sitting();
  const ask = { title: "Which one?", kind: "question" as const };
  const question = await as(runtime, agent, (context) =>
    openRequest(context, { ...ask, teamId: org.teamId, taskId: task.id }),
  );
  await run(respondToRequest, org.owner, { request: question, answer: "That." });
  const [allowed, refused] = [await open("make deploy"), await open("rm -rf /")];
  await answer(allowed, true);
  await answer(refused, false);
  const audit = async (groups?: "request"[]) => (await run(listAuditEvents, org.owner, { groups })).events;
  const told = (await audit(["request"])).map(({ type, subjectId, actor }) => [type, subjectId, actor.id]);
  expect(told).toEqual([refused, allowed].map((request) => ["request.resolved", request, org.owner.id]));
  expect((await audit()).filter(({ type }) => type.startsWith("request."))).toHaveLength(2);
});

test("policies of the session, its agent and its team hold together; a denial of any of them wins", async () => {
  const { org, agent, session, set, decide } = await sitting();
  expect(await decide("make")).toMatchObject({ decision: "ask", policyId: null });
  const { policy } = await set({ pattern: "make" });
  expect(await decide("make")).toMatchObject({ decision: "allow", policyId: policy.id });
  await set({ scope: "agent", scopeId: agent.id, pattern: "make lint" });
  await set({ scope: "session", scopeId: session.id, pattern: "make docs" });
  expect(await decide("make lint && make docs && make")).toMatchObject({ decision: "allow" });
  await set({ scope: "session", scopeId: session.id, pattern: "make *", effect: "deny" });
  expect(await decide("make")).toMatchObject({ decision: "deny", reason: "A policy denies the command make *." });
  const { policies } = await run(operations.listPolicies, org.owner, { teamId: org.teamId });
  expect(policies.map(({ scope, pattern }) => `${scope} ${pattern}`)).toEqual([
    ...["team make", "agent make lint", "session make *", "session make docs"],
  ]);
  const again = await set({ pattern: "make", effect: "ask", note: "Slow." });
  expect(again.policy).toMatchObject({ id: policy.id, effect: "ask", note: "Slow." });
});

test("an agent that is to ask waits for a person, and a yes holds once, for exactly that action", async () => {
  const { agent, task, open, take, answer } = await sitting();
  const requestId = await open("make");
  expect(await open("make"), "asked twice is asked once").toBe(requestId);
  expect(await take(requestId, "make")).toBeUndefined();
  expect((await read(agent, task.id)).status, "its task stands still").toBe("blocked");
  await answer(requestId, true);
  expect((await read(agent, task.id)).status).toBe("in_progress");
  await expect(take(requestId, "make clean")).rejects.toThrow(/another tool.execute: its input differs/);
  expect(await take(requestId, "make")).toMatchObject({ decision: "allow_once" });
  await expect(take(requestId, "make")).rejects.toThrow(/was used already/);
  const refused = await open("make again");
  await answer(refused, false);
  expect(await take(refused, "make again")).toMatchObject({ decision: "reject" });
});

test("a yes for always sets policies for exactly what was asked, with an end, where the person says", async () => {
  const { org, open, take, answer, decide } = await sitting();
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const requestId = await open("npm test && ls -la");
  const { request } = await run(getRequest, org.owner, { request: requestId });
  expect(request.lasting, "the person reads each part before").toEqual(
    ["npm test", "ls -la"].map((pattern) => ({ subject: "command", access: null, pattern })),
  );
  await answer(requestId, true, { alwaysAllow: { scope: "team", until } });
  expect(await take(requestId, "npm test && ls -la")).toMatchObject({ decision: "allow_always" });
  expect(await decide("ls -la")).toMatchObject({ decision: "allow" });
  expect(await decide("ls -la /")).toMatchObject({ decision: "ask" });
  const { policies } = await run(operations.listPolicies, org.owner, { scope: "team" });
  expect(policies.map(({ pattern, expiresAt, requestId: of }) => ({ pattern, expiresAt, of }))).toEqual([
    { pattern: "ls -la", expiresAt: until, of: requestId },
    { pattern: "npm test", expiresAt: until, of: requestId },
  ]);
  const obscure = await open("echo $HOME");
  await expect(answer(obscure, true, { alwaysAllow: { until: null } })).rejects.toThrow(/no pattern names it exactly/);
  await answer(obscure, true);
});

test("who owns a session decides for it, admins for agents and teams, and keys allow nothing", async () => {
  const { org, agent, session: ofAgent, set } = await sitting();
  const member = await createTestMember(runtime, org, "member");
  const { session } = await run(startSession, member, { teamId: org.teamId });
  const own = { scope: "session", scopeId: session.id, pattern: "make" };
  await set(own, member);
  await expect(set({ ...own, scopeId: ofAgent.id }, member)).rejects.toMatchObject({ code: "forbidden" });
  await expect(set({ pattern: "make" }, member)).rejects.toMatchObject({ code: "forbidden" });
  await expect(set({ scope: "agent", scopeId: agent.id, pattern: "x" }, member)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(set(own, { ...member, keyId: session.id })).rejects.toThrow(
    /not allowed for good with a key|Nothing is allowed/,
  );
  const stranger = await createTestOrg(runtime);
  await expect(set(own, stranger.owner)).rejects.toMatchObject({ code: "not_found" });
});

test("untrusted input, private data and an outward effect: the third needs a person, whatever is allowed for good", async () => {
  const { org, session, set, decide, open, take, answer, flag } = await sitting();
  await set({ pattern: "curl *" });
  await flag("untrusted_input");
  expect(await decide("ls"), "two are fine").toMatchObject({ decision: "ask", raises: ["private_data"] });
  await flag("private_data");
  const third = await decide("curl https://example.org");
  expect(third).toMatchObject({ decision: "ask", needsPerson: true, reason: expect.stringContaining("all three") });
  const requestId = await open("curl https://example.org");
  expect(await take(requestId, "curl https://example.org"), "no standing permission answers it").toBeUndefined();
  await answer(requestId, true);
  expect(await take(requestId, "curl https://example.org")).toMatchObject({ decision: "allow_once" });
  expect(await decide("curl https://example.org/2"), "the next one asks again").toMatchObject({ needsPerson: true });
  const next = await open("curl https://example.org/2");
  await answer(next, true, { alwaysAllow: { until: null } });
  expect(await take(next, "curl https://example.org/2")).toMatchObject({ decision: "allow_always" });
  expect(await decide("curl https://example.org/3")).toMatchObject({ decision: "allow" });
  const { flags, note } = await run(operations.getSessionFlags, org.owner, { sessionId: session.id });
  expect(flags.map(({ flag: one }) => one).sort()).toEqual(["outward_effect", "private_data", "untrusted_input"]);
  expect(note).toBe("It has all three: a person let it.");
});

test("decisions read policies once and hear of a change in another process", async () => {
  const { agent, session, set } = await sitting();
  const cache = openPolicyCache(runtime.wake);
  const decide = () =>
    as(runtime, agent, (context) => decidePermission(context, { sessionId: session.id, ask: shell("make") }, cache));
  expect(await decide()).toMatchObject({ decision: "ask" });
  const { policy } = await set({ pattern: "make" });
  await expect.poll(async () => (await decide()).decision, { timeout: 10_000 }).toBe("allow");
  await run(
    operations.removePolicy,
    { ...agent, permissions: new Set(["policies:manage", "request:answer"]) },
    { policyId: policy.id },
  );
  await expect.poll(async () => (await decide()).decision, { timeout: 10_000 }).toBe("ask");
  cache.close();
});

test("what would be decided is told without a trace", async () => {
  const { org, session, set } = await sitting();
  await set({ pattern: "make" });
  const ask = { tool: "Bash", toolKind: "execute", command: "make" };
  for (const where of [{ sessionId: session.id }, { teamId: org.teamId }])
    expect(await run(operations.explainPermission, org.owner, { ...where, ask })).toMatchObject({ decision: "allow" });
  expect((await run(operations.getSessionFlags, org.owner, { sessionId: session.id })).flags).toEqual([]);
  expect((await run(listRequests, org.owner, {})).requests).toEqual([]);
});
