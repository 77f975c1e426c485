import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { createApiKey, revokeApiKey } from "../api-keys/operations.ts";
import { register } from "../auth/register.ts";
import { execute } from "../execute.ts";
import { newId } from "../ids.ts";
import { deactivateMember } from "../members/service.ts";
import { openTestDoors } from "../test/doors.ts";
import { as, createTestAgent, createTestMember, createTestOrg } from "../test/fixtures.ts";
import { users } from "#db/schema/identity.ts";
import { eq } from "drizzle-orm";
import { hashPassword } from "../auth/password.ts";

const { runtime, address, keyOf, db } = await openTestDoors({ ENTOURAGE_SIGN_UP: "open" });
const password = "a long password";
const once = { requestId: "test" };

async function signedUp() {
  const email = `${newId()}@example.org`;
  const { userId, slug, orgId } = await register(runtime, { name: "Ada", email, password }, "open");
  return { email, userId, slug, orgId };
}
interface Told {
  status: number;
  body: Record<string, never> & { error: { code: string; message: string } } & Record<string, string>;
}
async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Told> {
  const response = await fetch(`${address}${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });
  return { status: response.status, body: await response.json() };
}
const bearer = (token: string | undefined) => ({ authorization: `Bearer ${token}` });
const me = async (token: string | undefined, headers = {}) => {
  const response = await fetch(`${address}/api/auth/me`, { headers: { ...bearer(token), ...headers } });
  return { status: response.status, body: await response.json() };
};
const refresh = (refreshToken: string | undefined, headers = {}) =>
  post("/api/auth/refresh", { refreshToken }, headers);
const login = async (email: string, more = {}) => (await post("/api/auth/login", { email, password, ...more })).body;

test("register answers 201, login both tokens and the user, me who it is; next-auth's own routes are beside them", async () => {
  const email = `${newId()}@example.org`;
  const made = await post("/api/auth/register", { name: "Ben", email, password });
  expect(made).toMatchObject({ status: 201, body: { slug: expect.any(String), user: { name: "Ben", email } } });
  const { status, body } = await post("/api/auth/login", { email, password });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ...{ tokenType: "Bearer", expiresIn: 3600, refreshExpiresIn: 2_592_000, org: made.body.slug },
    user: { name: "Ben", email },
  });
  expect(await me(body.accessToken)).toMatchObject({
    status: 200,
    body: { kind: "user", name: "Ben", email, role: "owner", organizations: [{ slug: made.body.slug, role: "owner" }] },
  });
});

test("an access token is taken like a key by HTTP, tRPC and MCP", async () => {
  const ada = await signedUp();
  const { accessToken } = await login(ada.email);
  const byHttp = await post("/api/v1/get_org", {}, bearer(accessToken));
  expect(byHttp).toMatchObject({ status: 200, body: { organization: { slug: ada.slug } } });
  const byTrpc = await fetch(`${address}/api/trpc/organizations.get?input=%7B%7D`, { headers: bearer(accessToken) });
  expect(byTrpc.status).toBe(200);
  const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "ping", arguments: {} } };
  const accept = { accept: "application/json, text/event-stream" };
  const byMcp = await post("/mcp", call, { ...bearer(accessToken), ...accept });
  expect(byMcp.body.result).toMatchObject({ structuredContent: { name: "Ada", role: "owner" } });
});

test("one chooses the organization in the token or in each call; a token for one opens no other", async () => {
  const [ada, other] = [await signedUp(), await createTestOrg(runtime)];
  const foreign = await login(ada.email, { org: other.slug });
  expect(foreign.error.code).toBe("not_found");
  const own = await login(ada.email, { org: ada.slug });
  expect((await me(own.accessToken, { "x-entourage-org": ada.slug })).status).toBe(200);
  const free = await login(ada.email);
  for (const { accessToken } of [own, free]) {
    const missing = await me(accessToken, { "x-entourage-org": "none-such" });
    const theirs = await me(accessToken, { "x-entourage-org": other.slug });
    expect([missing.status, theirs.status]).toEqual([404, 404]);
    expect(theirs.body.error.message).toBe(String(missing.body.error.message).replace("none-such", other.slug));
  }
});

test("a wrong password and an unknown address are refused alike, and attempts are counted", async () => {
  const ada = await signedUp();
  const wrong = await post("/api/auth/login", { email: ada.email, password: "not it at all" });
  const unknown = await post("/api/auth/login", { email: "nobody@example.org", password: "not it at all" });
  expect([wrong.status, wrong.body.error.message]).toEqual([401, unknown.body.error.message]);
  const kept = globalThis.entourageAttempts;
  globalThis.entourageAttempts = undefined;
  await db.execute(sql`delete from sign_in_attempts`);
  runtime.settings.rateSignIn = 3;
  try {
    const statuses = [];
    for (let attempt = 0; attempt < 4; attempt++)
      statuses.push((await post("/api/auth/login", { email: ada.email, password: "no" })).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
  } finally {
    globalThis.entourageAttempts = kept;
    runtime.settings.rateSignIn = 100_000;
  }
});

test("every refresh gives a new pair, and the chain goes on", async () => {
  const first = await login((await signedUp()).email);
  const second = (await refresh(first.refreshToken)).body;
  const third = (await refresh(second.refreshToken)).body;
  expect(new Set([first.refreshToken, second.refreshToken, third.refreshToken]).size).toBe(3);
  expect((await me(third.accessToken)).status).toBe(200);
});

test("twenty refreshes with one token at once give one successor, and nobody is signed out", async () => {
  const first = await login((await signedUp()).email);
  const all = await Promise.all(Array.from({ length: 20 }, () => refresh(first.refreshToken)));
  expect(all.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(new Set(all.map(({ body }) => body.refreshToken)).size).toBe(1);
  expect((await refresh(all[0]?.body.refreshToken)).status).toBe(200);
});

test("an old refresh token that comes again ends its family, on record, and nothing else", async () => {
  const ada = await signedUp();
  const [stolen, beside] = [await login(ada.email), await login(ada.email)];
  const next = (await refresh(stolen.refreshToken)).body;
  expect((await me(next.accessToken)).status).toBe(200);
  // Another client, within the moment in which the same one would be answered again.
  const thief = await refresh(stolen.refreshToken, { "user-agent": "thief" });
  expect([thief.status, thief.body.error.message]).toEqual([401, expect.stringContaining("used before")]);
  await vi.waitFor(async () => expect((await me(next.accessToken)).status).toBe(401), 5_000);
  expect((await refresh(next.refreshToken)).status).toBe(401);
  expect((await me(beside.accessToken)).status).toBe(200);
  const events = await db.execute<{ subject: string }>(sql`select subject_id as subject from events
    where org_id = ${ada.orgId} and type = 'member.token_reused'`);
  expect(events).toEqual([{ subject: ada.userId }]);
});

test("the same client is answered again for a moment only, and not when the successor was used", async () => {
  const first = await login((await signedUp()).email);
  const second = (await refresh(first.refreshToken)).body;
  expect((await refresh(first.refreshToken)).body.refreshToken).toBe(second.refreshToken);
  await refresh(second.refreshToken);
  expect((await refresh(first.refreshToken)).status).toBe(401);
  const late = await login((await signedUp()).email);
  await refresh(late.refreshToken);
  await db.execute(sql`update refresh_tokens set used_at = used_at - interval '11 seconds'`);
  expect((await refresh(late.refreshToken)).status).toBe(401);
});

test("a refresh token that is mistyped, unknown, expired or taken for something else is refused and ends nothing", async () => {
  const { refreshToken = "", accessToken } = await login((await signedUp()).email);
  const typo = refreshToken.slice(0, 10) + (refreshToken[10] === "a" ? "b" : "a") + refreshToken.slice(11);
  for (const wrong of [typo, "rt_", accessToken, refreshToken.replace("rt_", "oc_")])
    expect((await refresh(wrong)).status, wrong).toBe(401);
  expect((await me(refreshToken)).status).toBe(401);
  await db.execute(sql`update refresh_tokens set expires_at = now() - interval '1 second' where used_at is null
    and sign_in_id = (select id from sign_ins order by created_at desc limit 1)`);
  expect((await refresh(refreshToken)).status).toBe(401);
  expect((await me(accessToken)).status, "its access token lives on").toBe(200);
});

test("revoking ends the sign-in by either token, and an unknown token changes nothing", async () => {
  const ada = await signedUp();
  for (const by of ["refreshToken", "accessToken"] as const) {
    const pair = await login(ada.email);
    expect((await me(pair.accessToken)).status).toBe(200);
    const asked = by === "refreshToken" ? [{ refreshToken: pair.refreshToken }, {}] : [{}, bearer(pair.accessToken)];
    expect((await post("/api/auth/revoke", asked[0], asked[1] ?? {})).status).toBe(200);
    await vi.waitFor(async () => expect((await me(pair.accessToken)).status).toBe(401), 5_000);
    expect((await refresh(pair.refreshToken)).status).toBe(401);
  }
  expect((await post("/api/auth/revoke", { refreshToken: "rt_nothing" })).status).toBe(200);
});

test("the tokens of somebody who was deactivated are refused, until they are let in again", async () => {
  const org = await createTestOrg(runtime);
  const member = await createTestMember(runtime, org, "member");
  const email = `${member.id}@example.org`;
  await db
    .update(users)
    .set({ passwordHash: await hashPassword(password) })
    .where(eq(users.id, member.id));
  const pair = await login(email);
  expect((await me(pair.accessToken)).status).toBe(200);
  await as(runtime, org.owner, (context) => deactivateMember(context, member.id));
  await vi.waitFor(async () => expect((await me(pair.accessToken)).status).toBe(401), 5_000);
  expect((await post("/api/auth/login", { email, password })).status).toBe(401);
});

test("an agent's key is exchanged for tokens that act as the agent and end with the key", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const input = { name: "k", agentId: agent.id };
  const { key, apiKey } = await execute(createApiKey, runtime, org.owner, input, once);
  const { body: pair } = await post("/api/auth/login", { apiKey: key });
  expect(pair).toMatchObject({ user: null, org: org.slug });
  expect((await me(pair.accessToken)).body).toMatchObject({ kind: "agent", id: agent.id, keyId: apiKey.id });
  expect((await post("/api/v1/list_tasks", { teamId: org.teamId }, bearer(pair.accessToken))).status).toBe(200);
  const next = (await refresh(pair.refreshToken)).body;
  await execute(revokeApiKey, runtime, org.owner, { apiKeyId: apiKey.id }, once);
  await vi.waitFor(async () => expect((await me(next.accessToken)).status).toBe(401), 5_000);
});

test("tokens of a personal key cannot do what a key cannot: change the password, list sign-ins", async () => {
  const org = await createTestOrg(runtime);
  const { body: pair } = await post("/api/auth/login", { apiKey: await keyOf(org) });
  for (const [operation, input] of [
    ["list_sign_ins", {}],
    ["change_password", { current: "", next: "another password" }],
    ["update_profile", { name: "Mallory" }],
    ["authenticate", {}],
  ] as const) {
    const { status } = await post(`/api/v1/${operation}`, input, bearer(pair.accessToken));
    expect([operation, status]).toEqual([operation, operation === "authenticate" ? 400 : 403]);
  }
});

test("the tool authenticate gives tokens over MCP to a caller with a key, and to one who has nothing but a password", async () => {
  const org = await createTestOrg(runtime);
  const ada = await signedUp();
  const accept = { accept: "application/json, text/event-stream" };
  const call = (args: object, headers = {}) =>
    post(
      "/mcp",
      { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "authenticate", arguments: args } },
      { ...accept, ...headers },
    );
  const agentKey = await keyOf(org, await createTestAgent(runtime, org));
  const answers = [
    await call({}, bearer(agentKey)),
    await call({ apiKey: agentKey }),
    await call({ email: ada.email, password }),
  ];
  for (const { status, body } of answers) {
    expect(status).toBe(200);
    const { structuredContent: pair } = body.result as unknown as { structuredContent: Record<string, string> };
    expect((await me(pair.accessToken)).status).toBe(200);
  }
  const refused = await call({ email: ada.email, password: "wrong" });
  expect(refused.body.result).toMatchObject({
    isError: true,
    structuredContent: { error: { code: "unauthenticated" } },
  });
});

test("without credentials nothing but authenticate is reached over MCP, in no form of the request", async () => {
  const accept = { accept: "application/json, text/event-stream" };
  const request = (method: string, params?: object) => ({ jsonrpc: "2.0", id: 1, method, params });
  const tries = [
    request("tools/list"),
    request("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "x", version: "1" } }),
    request("tools/call", { name: "ping", arguments: {} }),
    request("tools/call", { name: "list_orgs", arguments: {} }),
    [request("tools/call", { name: "authenticate", arguments: {} }), request("tools/call", { name: "ping" })],
    {
      ...request("tools/call", { name: "authenticate", arguments: {} }),
      also: request("tools/call", { name: "ping" }),
    },
    request("server/discover"),
  ];
  for (const body of tries) expect([body, (await post("/mcp", body, accept)).status]).toEqual([body, 401]);
  const withWrongKey = await post("/mcp", request("tools/call", { name: "authenticate", arguments: {} }), {
    ...accept,
    ...bearer("oc_nonsense"),
  });
  expect(withWrongKey.status).toBe(401);
});

test("a person changes what they are called, and the other organizations of theirs see it too", async () => {
  const ada = await signedUp();
  const { accessToken } = await login(ada.email);
  expect(await post("/api/v1/update_profile", { name: "Ada L." }, bearer(accessToken))).toMatchObject({ status: 200 });
  expect((await me(accessToken)).body.name).toBe("Ada L.");
});
