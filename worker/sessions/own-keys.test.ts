import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import type { Actor } from "#server/context.ts";
import { systemActor } from "#server/context.ts";
import { listAuditEvents } from "#server/audit-log/operations.ts";
import { audit } from "#server/audit/audit.ts";
import { isSound } from "#server/audit/finding.ts";
import { getCostSummary, listBudgetsOperation, setBudget } from "#server/budgets/operations.ts";
import { saveCredentialOperation, saveOwnCredentialOperation } from "#server/credentials/operations.ts";
import { saveCredential } from "#server/credentials/service.ts";
import { openAuthorizationServer } from "#server/provider-sign-ins/test/authorization-server.ts";
import { moveSession } from "#server/sessions/driven.ts";
import { beginTurn, endTurn } from "#server/sessions/driving.ts";
import { lockSessionRow } from "#server/sessions/finding.ts";
import { createSession, sendSessionMessage } from "#server/sessions/operations.ts";
import { createTask } from "#server/tasks/operations.ts";
import { as, createTestMember, createTestOrg } from "#server/test/fixtures.ts";
import { modelDoor } from "./model-door.ts";
import { openConversations } from "./test/conversing.ts";

const { runtime, lab, run, url } = await openConversations({ settings: { ENTOURAGE_TRUSTED_HOSTS: "127.0.0.1" } });
const api = { api: "anthropic" as const, provider: "anthropic", baseUrl: lab.urls.anthropic };
const usage = { input: 1_000, output: 1_000 };

/** An organization with a key, a member with one of her own, and a session of hers whose turn answers her. */
async function open({ task }: { task?: boolean } = {}) {
  const org = await createTestOrg(runtime);
  const mia = await createTestMember(runtime, org, "member", "Mia");
  await run(saveCredentialOperation, org.owner, { ...api, key: "the-organizations" });
  await run(saveOwnCredentialOperation, mia, { ...api, key: "mias-own" });
  const work = task ? await run(createTask, org.owner, { teamId: org.teamId, title: "Work" }) : undefined;
  const { session } = await run(createSession, mia, {
    ...{ teamId: org.teamId, model: "anthropic/claude-sonnet-5-5", prompt: "Hi." },
    ...(work ? { task: work.task.id } : {}),
  });
  const held = { orgId: org.orgId, sessionId: session.id };
  const system = systemActor(org.orgId, "sessions");
  /** Ends the turn that runs, if one does, and begins the next. */
  const nextTurn = () =>
    as(runtime, system, async (context) => {
      const now = await lockSessionRow(context, session.id);
      if (now.status === "running") await endTurn(context, now, { stopReason: "end_turn" });
      if (now.status === "initializing") await moveSession(context, now, "ready");
      await beginTurn(context, await lockSessionRow(context, session.id));
    });
  await nextTurn();
  const door = modelDoor(runtime, held, { onUsage: () => {}, isOurs: false });
  const server = createServer((request, response) => void door(request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  /** One call. @returns its answer, and the key that the provider got. */
  const call = async () => {
    const before = lab.requests.length;
    lab.answerWith(() => ({ text: "Hello.", usage }));
    const answered = await fetch(`http://127.0.0.1:${port}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "claude-sonnet-5-5", max_tokens: 2_000, messages: [] }),
    });
    return { status: answered.status, text: await answered.text(), key: lab.requests[before]?.key };
  };
  const say = (actor: Actor, text: string) => run(sendSessionMessage, actor, { sessionId: session.id, text });
  return { org, mia, session, nextTurn, call, say };
}

test("a free session goes with its owner's own key; what it costs is shown, and no budget but the session's counts it", async () => {
  const { org, session, call } = await open();
  const period = { period: "day" as const, capMicros: 1 };
  await run(setBudget, org.owner, period);
  expect(await call(), "an organization without money stops nobody who pays").toMatchObject({ key: "mias-own" });
  await run(setBudget, org.owner, { sessionId: session.id, period: "life", capMicros: 1_000_000 });
  expect(await call()).toMatchObject({ status: 200, key: "mias-own" });
  const { budgets } = await run(listBudgetsOperation, org.owner, {});
  const spent = (scope: string) =>
    budgets
      .filter((one) => one.scope === scope)
      .map(({ settledMicros, reservedMicros }) => [settledMicros, reservedMicros]);
  const { total } = await run(getCostSummary, org.owner, { by: ["model"] });
  expect(total.calls).toBe(2);
  expect(total.costMicros).toBeGreaterThan(0);
  expect(total.ownKeyMicros).toBe(total.costMicros);
  expect(spent("session"), "also what was spent before it was set").toEqual([[total.costMicros, 0]]);
  expect([...spent("org"), ...spent("team")].flat().every((micros) => micros === 0)).toBe(true);
  await run(setBudget, org.owner, { sessionId: session.id, period: "life", capMicros: 1 });
  expect((await call()).status, "its own cap holds").not.toBe(200);
  const { events } = await run(listAuditEvents, org.owner, { groups: ["security"] });
  expect(events, "and a call for which there is no money is in the audit").toMatchObject([
    { actor: { name: "Mia" }, data: { what: "model", sessionId: session.id } },
  ]);
  const findings = await audit({ databaseUrl: url, dataDir: runtime.settings.dataDir });
  expect(findings.filter((finding) => !isSound(finding))).toEqual([]);
});

test("a session for a task, and what somebody else says in a session, go with the organization's", async () => {
  const forTask = await open({ task: true });
  expect(await forTask.call()).toMatchObject({ key: "the-organizations" });
  const { org, mia, nextTurn, say, call } = await open();
  await say(org.owner, "An owner speaks here.");
  await nextTurn();
  expect(await call()).toMatchObject({ key: "the-organizations" });
  await say(mia, "And its own person again.");
  await nextTurn();
  expect(await call()).toMatchObject({ key: "mias-own" });
});

test("an own key that is refused is not replaced by the organization's: its person reads what to do", async () => {
  const { call } = await open();
  lab.refuseKeys("mias-own");
  expect((await call()).status).toBe(401);
  const refused = await call();
  lab.refuseKeys();
  expect(refused).toMatchObject({ text: expect.stringContaining("refuses your own key"), key: undefined });
});

test("a sign-in goes as a bearer; when it can no longer be renewed its person is told, and nothing is booked", async () => {
  const { org, mia, call } = await open();
  const server = await openAuthorizationServer();
  onTestFinished(server.close);
  const { tokenUrl, clientId } = server.offered;
  const signIn = (expiresAt: Date) =>
    as(runtime, systemActor(org.orgId, "sign-ins"), (context) =>
      saveCredential(
        context,
        {
          ...{ ...api, key: "mias-token", userId: mia.id },
          tokens: { refreshToken: "not-of-this-server", expiresAt, tokenUrl, clientId },
        },
        { ok: true, answer: "Signed in.", models: [] },
      ),
    );
  await signIn(new Date(Date.now() + 3_600_000));
  expect(await call()).toMatchObject({ status: 200, key: "mias-token" });
  expect(lab.requests.at(-1)?.key, "and not as a key of the provider").toBe("mias-token");
  await signIn(new Date(Date.now() - 1_000));
  expect(await call()).toMatchObject({
    status: 401,
    key: undefined,
    text: expect.stringContaining("Sign in at anthropic"),
  });
  expect(await call()).toMatchObject({ text: expect.stringContaining("refuses your own sign-in") });
  const { total } = await run(getCostSummary, org.owner, { by: [] });
  expect(total.calls).toBe(1);
});
