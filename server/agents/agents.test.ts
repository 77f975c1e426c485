import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { createApiKey, listApiKeys, revokeApiKey } from "../api-keys/operations.ts";
import { actorForKey } from "../auth/actor.ts";
import type { Actor } from "../context.ts";
import { execute } from "../execute.ts";
import { newId } from "../ids.ts";
import { claimTask } from "../leases/service.ts";
import { pauseWork } from "../pauses/operations.ts";
import { createTaskInput } from "../tasks/schema.ts";
import { createTask } from "../tasks/service.ts";
import { as, createTestAgent, createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import * as operations from "./operations.ts";

const { runtime, db } = await openTestRuntime();
const once = { requestId: "test" };
const run = <Op extends (typeof operations)[keyof typeof operations]>(operation: Op, actor: Actor, input: unknown) =>
  execute<Op["input"], Op["output"]>(operation, runtime, actor, input, once);

test("the list says what each agent holds and when it was last seen", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org, { name: "ada" });
  const taskId = await as(runtime, org.owner, (context) =>
    createTask(context, createTaskInput.parse({ teamId: org.teamId, title: "Write it" })),
  );
  const before = (await run(operations.listAgents, org.owner, {})).agents.find(({ id }) => id === agent.id);
  expect(before).toMatchObject({ holds: [], lastSeenAt: null });
  await as(runtime, agent, (context) => claimTask(context, taskId));
  const { agents } = await run(operations.listAgents, org.owner, { teamId: org.teamId });
  expect(agents.map(({ name }) => name)).toEqual(["manager", "ada"]);
  expect(agents[1]).toMatchObject({ holds: [{ taskId, number: 1, title: "Write it", status: "in_progress" }] });
  expect(agents[1]?.lastSeenAt).not.toBeNull();
});

test("twenty agents of one name made at once: one is made, the others are told", async () => {
  const org = await createTestOrg(runtime);
  const tries = await Promise.allSettled(
    Array.from({ length: 20 }, () => run(operations.createAgent, org.owner, { teamId: org.teamId, name: "twin" })),
  );
  expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const one of tries)
    if (one.status === "rejected")
      expect(one.reason).toMatchObject({ code: "conflict", message: expect.stringContaining("twin") });
});

test("an agent can be renamed, widened and paused; a paused one takes nothing new", async () => {
  const org = await createTestOrg(runtime);
  const actor = await createTestAgent(runtime, org);
  const changes = { name: "eve", slots: 3, leaseSeconds: 60 };
  const { agent } = await run(operations.updateAgent, org.owner, { agentId: actor.id, ...changes });
  expect(agent).toMatchObject(changes);
  expect((await run(operations.updateAgent, org.owner, { agentId: actor.id, leaseSeconds: null })).agent).toMatchObject(
    { ...changes, leaseSeconds: null },
  );
  const { paused } = await execute(pauseWork, runtime, org.owner, { agentId: actor.id }, once);
  expect(paused).toMatchObject({ mode: "drain" });
  const taskId = await as(runtime, org.owner, (context) =>
    createTask(context, createTaskInput.parse({ teamId: org.teamId, title: "T" })),
  );
  await expect(as(runtime, actor, (context) => claimTask(context, taskId))).rejects.toMatchObject({ code: "conflict" });
  await expect(run(operations.updateAgent, org.owner, { agentId: actor.id, name: "manager" })).rejects.toMatchObject({
    code: "conflict",
  });
  await expect(run(operations.updateAgent, org.owner, { agentId: actor.id, slots: 0 })).rejects.toMatchObject({
    code: "invalid",
  });
});

test("an archived agent loses its keys and its work; the manager of a team stays", async () => {
  const org = await createTestOrg(runtime);
  const actor = await createTestAgent(runtime, org);
  const { key } = await execute(createApiKey, runtime, org.owner, { name: "k", agentId: actor.id }, once);
  const byKey = await actorForKey(runtime, key, "");
  const taskId = await as(runtime, org.owner, (context) =>
    createTask(context, createTaskInput.parse({ teamId: org.teamId, title: "T" })),
  );
  await as(runtime, byKey, (context) => claimTask(context, taskId));
  expect((await run(operations.archiveAgent, org.owner, { agentId: actor.id })).agent).toMatchObject({
    status: "archived",
    holds: [],
  });
  await vi.waitFor(
    () => expect(actorForKey(runtime, key, "")).rejects.toMatchObject({ code: "unauthenticated" }),
    5_000,
  );
  const [task] = await db.execute(sql`select status, assignee_id from tasks where id = ${taskId}`);
  expect(task).toEqual({ status: "todo", assignee_id: null });
  await expect(run(operations.updateAgent, org.owner, { agentId: actor.id, name: "x" })).rejects.toMatchObject({
    code: "conflict",
  });
  await expect(execute(createApiKey, runtime, org.owner, { name: "k", agentId: actor.id }, once)).rejects.toMatchObject(
    { code: "not_found" },
  );
  await expect(run(operations.archiveAgent, org.owner, { agentId: org.managerAgentId })).rejects.toMatchObject({
    code: "conflict",
  });
});

test("members, viewers and agents manage neither agents nor keys; an agent makes no key even as manager", async () => {
  const org = await createTestOrg(runtime);
  const manager = await createTestAgent(runtime, org, { role: "manager" });
  for (const actor of [
    await createTestMember(runtime, org, "member"),
    await createTestMember(runtime, org, "viewer"),
    manager,
  ]) {
    await expect(run(operations.createAgent, actor, { teamId: org.teamId, name: "x" })).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(run(operations.archiveAgent, actor, { agentId: manager.id })).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(execute(createApiKey, runtime, actor, { name: "k" }, once)).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(execute(listApiKeys, runtime, actor, {}, once)).rejects.toMatchObject({ code: "forbidden" });
  }
  const stretched: Actor = { ...manager, permissions: new Set(["keys:manage"]) };
  await expect(execute(createApiKey, runtime, stretched, { name: "k" }, once)).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("keys are listed without their secret, with what they act as and how they ended", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org, { name: "ada" });
  const made = await execute(
    createApiKey,
    runtime,
    org.owner,
    { name: "laptop", agentId: agent.id, expiresInDays: 30 },
    once,
  );
  expect(made.apiKey).toMatchObject({
    name: "laptop",
    lastFour: made.key.slice(-4),
    scopes: ["agent"],
    agent: { id: agent.id, name: "ada" },
    status: "active",
    lastUsedAt: null,
  });
  const listed = await execute(listApiKeys, runtime, org.owner, {}, once);
  expect(JSON.stringify(listed)).not.toContain(made.key.slice(0, -4));
  expect((await execute(revokeApiKey, runtime, org.owner, { apiKeyId: made.apiKey.id }, once)).apiKey.status).toBe(
    "revoked",
  );
  await execute(revokeApiKey, runtime, org.owner, { apiKeyId: made.apiKey.id }, once);
  const [events] = await db.execute(
    sql`select count(*)::int as n from events where org_id = ${org.orgId} and type = 'api_key.revoked'`,
  );
  expect(events).toEqual({ n: 1 });
  expect((await execute(listApiKeys, runtime, org.owner, {}, once)).apiKeys).toEqual([]);
  expect((await execute(listApiKeys, runtime, org.owner, { ended: true }, once)).apiKeys).toHaveLength(1);
});

test("foreign agents and keys answer like missing ones", async () => {
  const [mine, theirs] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const agent = await createTestAgent(runtime, theirs);
  const { apiKey } = await execute(createApiKey, runtime, theirs.owner, { name: "k" }, once);
  const missing = newId();
  const told = (asked: Promise<unknown>, id: string) =>
    asked.then(
      () => "done",
      (error: Error) => error.message.replaceAll(id, "…"),
    );
  for (const operation of [operations.updateAgent, operations.archiveAgent]) {
    expect(await told(run(operation, mine.owner, { agentId: agent.id }), agent.id)).toBe(
      await told(run(operation, mine.owner, { agentId: missing }), missing),
    );
  }
  const revoke = (apiKeyId: string) => told(execute(revokeApiKey, runtime, mine.owner, { apiKeyId }, once), apiKeyId);
  expect(await revoke(apiKey.id)).toBe(await revoke(missing));
  const keyFor = (agentId: string) =>
    told(execute(createApiKey, runtime, mine.owner, { name: "k", agentId }, once), agentId);
  expect(await keyFor(agent.id)).toBe(await keyFor(missing));
  const addTo = (teamId: string) => told(run(operations.createAgent, mine.owner, { teamId, name: "spy" }), teamId);
  expect(await addTo(theirs.teamId)).toBe(await addTo(missing));
});
