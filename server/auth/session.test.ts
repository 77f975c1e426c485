import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode } from "next-auth/jwt";
import { afterAll, expect, test } from "vitest";
import { signIns } from "#db/schema/identity.ts";
import { createApiKey } from "../api-keys/operations.ts";
import { parseConfig } from "../config.ts";
import { execute } from "../execute.ts";
import { newId } from "../ids.ts";
import { createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { actorOfRequest, type RequestFacts } from "./session.ts";
import { sessionSettings } from "./settings.ts";

const { runtime: bare, db } = await openTestRuntime();
const dataDir = mkdtempSync(join(tmpdir(), "entourage-session-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
const configured = (more: Record<string, string> = {}) => ({
  ...bare,
  config: parseConfig({ ENTOURAGE_DATA_DIR: dataDir, ...more }),
});
const runtime = configured();
const facts = (given: Partial<RequestFacts>): RequestFacts => ({
  authorization: undefined,
  cookie: undefined,
  orgRef: undefined,
  ip: "192.0.2.1",
  origin: "http://localhost:3000",
  method: "POST",
  contentType: "application/json",
  ...given,
});

async function cookieOf(signInId: string, secret = sessionSettings(runtime.config).secret) {
  const { cookieName } = sessionSettings(runtime.config);
  return `other=1; ${cookieName}=${await encode({ token: { signInId }, secret, salt: cookieName })}`;
}

async function signedIn() {
  const org = await createTestOrg(bare);
  const id = newId();
  await db.insert(signIns).values({
    id,
    userId: org.owner.id,
    createdAt: new Date(),
    lastSeenAt: new Date(),
    expiresAt: new Date(Date.now() + 60_000),
  });
  return { org, id, cookie: await cookieOf(id) };
}

test("a session cookie of ours gives the person, in the organization asked for", async () => {
  const { org, id, cookie } = await signedIn();
  const actor = await actorOfRequest(runtime, facts({ cookie, orgRef: org.slug }));
  expect(actor).toMatchObject({ id: org.owner.id, orgId: org.orgId, signInId: id, ip: "192.0.2.1" });
});

test("a key in the header wins over a cookie, and a wrong one does not fall back to it", async () => {
  const { org, cookie } = await signedIn();
  const { key } = await execute(createApiKey, bare, org.owner, { name: "k" }, { requestId: "test" });
  const actor = await actorOfRequest(
    runtime,
    facts({ cookie, authorization: `Bearer ${key}`, origin: undefined, contentType: undefined }),
  );
  expect(actor.keyId).toBeDefined();
  for (const authorization of ["Bearer oc_wrong", "Bearer %", "Basic abc", "", "Bearer "]) {
    await expect(actorOfRequest(runtime, facts({ cookie, authorization }))).rejects.toMatchObject({
      code: "unauthenticated",
    });
  }
});

test.each([
  ["no cookie", undefined],
  ["an empty one", ""],
  ["a foreign one", "authjs.session-token=abc"],
  ["a garbled one", `${sessionSettings(runtime.config).cookieName}=abc.def`],
])("%s is not signed in", async (_name, cookie) => {
  await expect(actorOfRequest(runtime, facts({ cookie }))).rejects.toMatchObject({ code: "unauthenticated" });
});

test("a cookie that somebody else sealed is not signed in", async () => {
  const { id } = await signedIn();
  const cookie = await cookieOf(id, "another secret of the same length as ours, made elsewhere");
  await expect(actorOfRequest(runtime, facts({ cookie }))).rejects.toMatchObject({ code: "unauthenticated" });
});

test.each([
  ["without an origin", { origin: undefined }],
  ["from a sandboxed frame", { origin: "null" }],
  ["as a form", { contentType: "application/x-www-form-urlencoded" }],
  ["as plain text", { contentType: "text/plain" }],
  ["without a type", { contentType: undefined }],
])("a write with our cookie %s is refused, reading is not", async (_name, given) => {
  const { cookie } = await signedIn();
  await expect(actorOfRequest(runtime, facts({ cookie, ...given }))).rejects.toMatchObject({ code: "forbidden" });
  expect((await actorOfRequest(runtime, facts({ cookie, ...given, method: "GET" }))).kind).toBe("user");
});

test("a page that may call with a key may not use the cookie", async () => {
  const { cookie } = await signedIn();
  const open = configured({ ENTOURAGE_CORS_ORIGINS: "https://example.com" });
  await expect(actorOfRequest(open, facts({ cookie, origin: "https://example.com" }))).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("behind https the cookie is __Host-", () => {
  const { config } = configured({ ENTOURAGE_PUBLIC_URL: "https://entourage.example" });
  expect(sessionSettings(config)).toMatchObject({ secure: true, cookieName: "__Host-entourage.session" });
});

test("without sign-in there is one local user with one organization, however many ask first", async () => {
  const local = configured({ ENTOURAGE_AUTH: "off" });
  const actors = await Promise.all(Array.from({ length: 20 }, () => actorOfRequest(local, facts({}))));
  expect(new Set(actors.map(({ id, orgId }) => `${id}${orgId}`)).size).toBe(1);
  expect(actors[0]).toMatchObject({ role: "owner", teams: "all" });
  await expect(actorOfRequest(local, facts({ origin: undefined }))).rejects.toMatchObject({ code: "forbidden" });
  await expect(actorOfRequest(local, facts({ authorization: "Bearer x" }))).rejects.toMatchObject({
    code: "unauthenticated",
  });
});
