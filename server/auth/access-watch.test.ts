import { expect, test, vi } from "vitest";
import { createApiKey, revokeApiKey } from "../api-keys/operations.ts";
import { execute } from "../execute.ts";
import { deactivateMember } from "../members/service.ts";
import { openTestDoors } from "../test/doors.ts";
import { as, createTestAgent, createTestMember, createTestOrg } from "../test/fixtures.ts";
import { refresh, revokeFamily, startFamily } from "../tokens/families.ts";
import { actorForKey, actorForSignIn, asSystem } from "./actor.ts";
import { endSignIn, startSignIn } from "./sign-in.ts";

const { runtime, address } = await openTestDoors();
const { access } = runtime;
if (!access) throw new Error("the runtime of doors watches access");
const once = { requestId: "test" };
const client = { ip: "192.0.2.1", userAgent: "test" };
/** Every way out of the product, however the request waits, closes within this. */
const withinMs = 5_000;

async function agentWithKey() {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const input = { name: "k", agentId: agent.id };
  const { key, apiKey } = await execute(createApiKey, runtime, org.owner, input, once);
  const revoke = () => execute(revokeApiKey, runtime, org.owner, { apiKeyId: apiKey.id }, once);
  return { org, agent, key, keyId: apiKey.id, revoke };
}
const headersOf = (token: string, more = {}) => ({
  authorization: `Bearer ${token}`,
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
  ...more,
});
const post = (path: string, token: string, body: unknown, more = {}) =>
  fetch(`${address}${path}`, { method: "POST", headers: headersOf(token, more), body: JSON.stringify(body) });
const waitForWork = { timeoutSeconds: 40 };
const parked = () => vi.waitFor(() => expect(runtime.parking?.waiting()).toBeGreaterThan(0), 15_000);
async function within<Value>(promise: Promise<Value>, end: () => Promise<unknown>): Promise<Value> {
  const begun = Date.now();
  await end();
  const value = await promise;
  expect(Date.now() - begun).toBeLessThan(withinMs);
  return value;
}

test("a tool that waits by key ends when the key is revoked, over HTTP and MCP", async () => {
  for (const door of ["/api/v1/wait_for_work", "/mcp"]) {
    const { key, revoke } = await agentWithKey();
    const params = { name: "wait_for_work", arguments: waitForWork };
    const body = door === "/mcp" ? { jsonrpc: "2.0", id: 1, method: "tools/call", params } : waitForWork;
    const waiting = post(door, key, body).then((response) => response.text());
    await parked();
    expect(await within(waiting, revoke)).toContain("unauthenticated");
  }
});

test("a tool that waits by an access token ends when its family is revoked, or ended because a token was stolen", async () => {
  for (const way of ["revoked", "stolen"] as const) {
    const { org, keyId } = await agentWithKey();
    const pair = await startFamily(runtime, { key: { orgId: org.orgId, id: keyId } }, client);
    await refresh(runtime, pair.refreshToken, client);
    const waiting = post("/api/v1/wait_for_work", pair.accessToken, waitForWork);
    await parked();
    const end = () =>
      way === "revoked"
        ? revokeFamily(runtime, { refreshToken: pair.refreshToken })
        : refresh(runtime, pair.refreshToken, { ...client, ip: "198.51.100.7" }).catch(() => {});
    expect((await within(waiting, end)).status).toBe(401);
  }
});

test("the event stream of an MCP session ends with the key, and its session is gone", async () => {
  const { key, revoke } = await agentWithKey();
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
  const begun = await post("/mcp", key, { jsonrpc: "2.0", id: 1, method: "initialize", params });
  await begun.text();
  const session = { "mcp-session-id": begun.headers.get("mcp-session-id") ?? "", "mcp-protocol-version": "2025-11-25" };
  await post("/mcp", key, { jsonrpc: "2.0", method: "notifications/initialized" }, session);
  const stream = await fetch(`${address}/mcp`, { headers: headersOf(key, session) });
  expect([stream.status, stream.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  const over = stream.text();
  await within(over, revoke);
  const later = await post("/mcp", key, { jsonrpc: "2.0", id: 2, method: "tools/list" }, session);
  expect(later.status).toBe(401);
});

test("what waits in the name of a person ends with the sign-in, with the membership, and with the maker of a key", async () => {
  const org = await createTestOrg(runtime);
  const [one, two, three] = [
    await createTestMember(runtime, org, "member"),
    await createTestMember(runtime, org, "member"),
    await createTestMember(runtime, org, "admin"),
  ];
  const signInId = await startSignIn(runtime, one.id, client);
  const bySignIn = await actorForSignIn(runtime, signInId, org.slug, "");
  const byMembership = await actorForSignIn(runtime, await startSignIn(runtime, two.id, client), org.slug, "");
  const made = await execute(createApiKey, runtime, three, { name: "mine" }, once);
  const byKey = await actorForKey(runtime, made.key, "");
  const ways = [
    {
      actor: bySignIn,
      end: () => asSystem(runtime, (context) => endSignIn(context, { id: signInId, userId: one.id })),
    },
    { actor: byMembership, end: () => as(runtime, org.owner, (context) => deactivateMember(context, two.id)) },
    { actor: byKey, end: () => as(runtime, org.owner, (context) => deactivateMember(context, three.id)) },
  ];
  for (const { actor, end } of ways) {
    const waiting = access
      .whileAdmitted(
        actor,
        undefined,
        (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve("let go"))),
      )
      .catch(({ code }: { code: string }) => code);
    expect(await within(waiting, end)).toBe("unauthenticated");
  }
});

test("a change of access elsewhere ends nobody, and who hangs up is watched no more", async () => {
  const [one, other] = [await agentWithKey(), await agentWithKey()];
  const actor = await actorForKey(runtime, one.key, "");
  const hangUp = new AbortController();
  const waiting = access.whileAdmitted(
    actor,
    hangUp.signal,
    (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve("hung up"))),
  );
  await other.revoke();
  await vi.waitFor(() => expect(actorForKey(runtime, other.key, "")).rejects.toThrow(), withinMs);
  hangUp.abort();
  expect(await waiting).toBe("hung up");
});
