import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { actorForKey } from "../auth/actor.ts";
import { execute } from "../execute.ts";
import { claimTask } from "../leases/operations.ts";
import { createTask, getTask } from "../tasks/operations.ts";
import { createTestAgent, createTestMember, createTestOrg, openTestRuntime, type TestOrg } from "../test/fixtures.ts";
import { createApiKey, listApiKeys, revokeApiKey, rotateApiKey } from "./operations.ts";

const { runtime, db } = await openTestRuntime();
const once = { requestId: "test" };

const isRefused = (key: string) =>
  vi.waitFor(() => expect(actorForKey(runtime, key, "")).rejects.toMatchObject({ code: "unauthenticated" }), 5_000);
const make = (org: TestOrg, input: Record<string, unknown> = {}) =>
  execute(createApiKey, runtime, org.owner, { name: "laptop", ...input }, once);
const rotate = (org: TestOrg, apiKeyId: string, overlap?: string) =>
  execute(rotateApiKey, runtime, org.owner, { apiKeyId, ...(overlap && { overlap }) }, once);

test.each([
  ["1h", 3_600],
  ["24h", 86_400],
  ["7d", 604_800],
] as const)("a key is replaced: both work for %s, then the old one ends", async (overlap, seconds) => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const old = await make(org, { agentId: agent.id, scopes: ["read", "agent"] });
  const made = await rotate(org, old.apiKey.id, overlap);
  expect(made.apiKey).toMatchObject({ name: "laptop", scopes: ["read", "agent"], agent: { id: agent.id } });
  expect(made.replaced).toMatchObject({ id: old.apiKey.id, replacedById: made.apiKey.id, status: "active" });
  const left = Date.parse(String(made.replaced.expiresAt)) - Date.parse(made.apiKey.createdAt);
  expect(left).toBe(seconds * 1000);
  for (const key of [old.key, made.key]) expect((await actorForKey(runtime, key, "")).id).toBe(agent.id);
  await db.execute(sql`update api_keys set expires_at = now() where id = ${old.apiKey.id}`);
  await isRefused(old.key);
  expect((await actorForKey(runtime, made.key, "")).id).toBe(agent.id);
});

test("a key that would end sooner than the overlap keeps its end, and the new one lives as long as the old one did", async () => {
  const org = await createTestOrg(runtime);
  const old = await make(org, { expiresInDays: 2 });
  const { apiKey, replaced } = await rotate(org, old.apiKey.id, "7d");
  expect(replaced.expiresAt).toBe(old.apiKey.expiresAt);
  expect(Date.parse(String(apiKey.expiresAt)) - Date.parse(apiKey.createdAt)).toBe(2 * 86_400_000);
});

test("of twenty who replace a key at once one does, and a replaced, revoked or foreign key is not replaced", async () => {
  const [org, other] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const old = await make(org);
  const tries = await Promise.allSettled(Array.from({ length: 20 }, () => rotate(org, old.apiKey.id)));
  const lost = tries.flatMap((one) => (one.status === "rejected" ? [one.reason as { code: string }] : []));
  expect([tries.length - lost.length, new Set(lost.map(({ code }) => code))]).toEqual([1, new Set(["conflict"])]);
  await execute(revokeApiKey, runtime, org.owner, { apiKeyId: old.apiKey.id }, once);
  await expect(rotate(org, old.apiKey.id)).rejects.toMatchObject({ code: "conflict" });
  const theirs = await make(other);
  await expect(rotate(org, theirs.apiKey.id)).rejects.toMatchObject({ code: "not_found" });
});

test("nobody gets a key that acts as somebody else by replacing theirs", async () => {
  const org = await createTestOrg(runtime);
  const admin = await createTestMember(runtime, org, "admin");
  const personal = await make(org);
  const asked = { apiKeyId: personal.apiKey.id };
  await expect(execute(rotateApiKey, runtime, admin, asked, once)).rejects.toMatchObject({ code: "forbidden" });
  expect((await actorForKey(runtime, personal.key, "")).id).toBe(org.owner.id);
});

test("with the last key of an agent its leases end at once; while another key of it lives, they go on", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org, { runtime: "external" });
  const keys = [await make(org, { agentId: agent.id }), await make(org, { agentId: agent.id })];
  const { task } = await execute(createTask, runtime, org.owner, { teamId: org.teamId, title: "Work" }, once);
  await execute(claimTask, runtime, agent, { task: task.id }, once);
  const statusOf = async () => (await execute(getTask, runtime, org.owner, { task: task.id }, once)).task.status;
  await execute(revokeApiKey, runtime, org.owner, { apiKeyId: keys[0]?.apiKey.id ?? "" }, once);
  expect(await statusOf()).toBe("in_progress");
  await execute(revokeApiKey, runtime, org.owner, { apiKeyId: keys[1]?.apiKey.id ?? "" }, once);
  expect(await statusOf()).toBe("todo");
});

test("a key that was used says when", async () => {
  const org = await createTestOrg(runtime);
  const { key, apiKey } = await make(org);
  expect(apiKey.lastUsedAt).toBeNull();
  await actorForKey(runtime, key, "192.0.2.1");
  const { apiKeys } = await execute(listApiKeys, runtime, org.owner, {}, once);
  expect(apiKeys.find(({ id }) => id === apiKey.id)?.lastUsedAt).not.toBeNull();
});
