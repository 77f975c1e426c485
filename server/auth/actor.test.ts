import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { users, signIns } from "#db/schema/identity.ts";
import * as apiKeyOperations from "../api-keys/operations.ts";
import { execute } from "../execute.ts";
import { makeKey } from "./key.ts";
import { record } from "../events/record.ts";
import { newId } from "../ids.ts";
import { agentPermissions, rolePermissions } from "../permissions.ts";
import { as, createTestAgent, createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import type { Actor } from "../context.ts";
import { actorForKey, actorForSignIn } from "./actor.ts";

const { runtime, db } = await openTestRuntime();
const within = { timeout: 5_000, interval: 20 };

async function keyOf(actor: Actor, input: Record<string, unknown> = {}) {
  const made = await execute(
    apiKeyOperations.createApiKey,
    runtime,
    actor,
    { name: "test", ...input },
    { requestId: "test" },
  );
  return { key: made.key, id: made.apiKey.id };
}

async function signIn(userId: string, expiresAt = new Date(Date.now() + 60_000)) {
  const id = newId();
  await db.insert(signIns).values({ id, userId, createdAt: new Date(), lastSeenAt: new Date(), expiresAt });
  return id;
}

const refusal = { code: "unauthenticated" };

test("a person's key acts as the person, with the role of the moment", async () => {
  const org = await createTestOrg(runtime);
  const admin = await createTestMember(runtime, org, "admin");
  const { key, id } = await keyOf(admin);
  const actor = await actorForKey(runtime, key, "192.0.2.1");
  expect(actor).toMatchObject({
    kind: "user",
    id: admin.id,
    orgId: org.orgId,
    role: "admin",
    teams: "all",
    keyId: id,
    ip: "192.0.2.1",
  });
  expect(actor.permissions).toEqual(new Set(rolePermissions.admin));
  await as(runtime, org.owner, (context) =>
    record(context, "member.role_changed", [{ subject: admin.id, data: { role: "viewer" } }]),
  );
  await vi.waitFor(async () => expect((await actorForKey(runtime, key, "")).role).toBe("viewer"), within);
  expect((await actorForKey(runtime, key, "")).permissions).toEqual(new Set(rolePermissions.viewer));
  expect((await actorForKey(runtime, key, "")).teams).toEqual([]);
});

test("an agent's key acts as the agent, never with more than its role allows", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org, { role: "engineer" });
  const { key } = await keyOf(org.owner, { agentId: agent.id, scopes: ["all"] });
  const actor = await actorForKey(runtime, key, "");
  expect(actor).toMatchObject({
    kind: "agent",
    id: agent.id,
    teams: [org.teamId],
    agent: { teamId: org.teamId, role: "engineer", runtime: "scripted" },
  });
  expect(actor.permissions).toEqual(new Set(agentPermissions.engineer));
});

test("a read key reads and nothing else", async () => {
  const org = await createTestOrg(runtime);
  const { key } = await keyOf(org.owner, { scopes: ["read"] });
  expect((await actorForKey(runtime, key, "")).permissions).toEqual(new Set(["org:read", "task:read", "channel:read"]));
});

test("mistyped, unknown, revoked and expired keys, and keys of ended people and agents, get one and the same answer", async () => {
  const org = await createTestOrg(runtime);
  const admin = await createTestMember(runtime, org, "admin");
  const agent = await createTestAgent(runtime, org);
  const [revoked, expired, left, archived] = [
    await keyOf(org.owner),
    await keyOf(org.owner, { expiresInDays: 1 }),
    await keyOf(admin),
    await keyOf(org.owner, { agentId: agent.id }),
  ];
  for (const { key } of [revoked, expired, left, archived]) await actorForKey(runtime, key, "");
  await execute(apiKeyOperations.revokeApiKey, runtime, org.owner, { apiKeyId: revoked.id }, { requestId: "test" });
  await db.execute(sql`update api_keys set expires_at = now() - interval '1 second' where id = ${expired.id}`);
  await as(runtime, org.owner, async (context) => {
    await record(context, "member.deactivated", [{ subject: admin.id, data: {} }]);
    await record(context, "agent.updated", [{ subject: agent.id, team: org.teamId, data: { status: "archived" } }]);
  });
  const answers = new Set<string>();
  for (const key of [makeKey(), `${makeKey().slice(0, -1)}!`, "", revoked.key, expired.key, left.key, archived.key]) {
    await vi.waitFor(() => expect(actorForKey(runtime, key, "")).rejects.toMatchObject(refusal), within);
    answers.add(
      await actorForKey(runtime, key, "").then(
        () => "in",
        (error: Error) => error.message,
      ),
    );
  }
  expect(answers.size).toBe(1);
});

test("last use is noted once a minute, not for every request", async () => {
  const org = await createTestOrg(runtime);
  const { key, id } = await keyOf(org.owner);
  await actorForKey(runtime, key, "192.0.2.7");
  const read = () =>
    db.execute<{ at: string; ip: string }>(
      sql`select last_used_at::text as at, ip from api_key_uses where key_id = ${id}`,
    );
  const [first] = await read();
  expect(first?.ip).toBe("192.0.2.7");
  runtime.wake.announce("access_changed", org.orgId);
  await actorForKey(runtime, key, "192.0.2.8");
  expect((await read())[0]).toEqual(first);
});

test("a sign-in acts in the named organization, by slug or id, and by default in the first one joined", async () => {
  const [first, second] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  await as(runtime, second.owner, (context) =>
    record(context, "member.joined", [{ subject: first.owner.id, data: { role: "viewer" } }]),
  );
  const id = await signIn(first.owner.id);
  expect(await actorForSignIn(runtime, id, undefined, "")).toMatchObject({
    orgId: first.orgId,
    role: "owner",
    signInId: id,
  });
  expect(await actorForSignIn(runtime, id, second.slug, "")).toMatchObject({
    orgId: second.orgId,
    role: "viewer",
    teams: [],
  });
  expect(await actorForSignIn(runtime, id, second.orgId, "")).toMatchObject({ orgId: second.orgId });
});

test("an organization one is not in answers like one that does not exist", async () => {
  const [mine, theirs] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const id = await signIn(mine.owner.id);
  const ask = (ref: string) =>
    actorForSignIn(runtime, id, ref, "").catch((error: Error) => error.message.replace(ref, "…"));
  expect(await ask(theirs.slug)).toBe(await ask("nowhere"));
  await expect(actorForSignIn(runtime, id, theirs.orgId, "")).rejects.toMatchObject({ code: "not_found" });
});

test("a person in no organization acts for the instance alone", async () => {
  const userId = newId();
  await db.insert(users).values({ id: userId, email: `${userId}@example.org`, name: "Nia", createdAt: new Date() });
  const actor = await actorForSignIn(runtime, await signIn(userId), undefined, "");
  expect(actor).toMatchObject({ id: userId, orgId: "", teams: [] });
  expect(actor.permissions).toEqual(new Set(["instance:use"]));
});

test("an expired, revoked or unknown sign-in is signed out", async () => {
  const org = await createTestOrg(runtime);
  const id = await signIn(org.owner.id);
  await actorForSignIn(runtime, id, undefined, "");
  await db.execute(sql`update sign_ins set revoked_at = now() where id = ${id}`);
  await vi.waitFor(() => expect(actorForSignIn(runtime, id, undefined, "")).rejects.toMatchObject(refusal), within);
  const expired = await signIn(org.owner.id, new Date(Date.now() - 1));
  await expect(actorForSignIn(runtime, expired, undefined, "")).rejects.toMatchObject(refusal);
  await expect(actorForSignIn(runtime, newId(), undefined, "")).rejects.toMatchObject(refusal);
});
