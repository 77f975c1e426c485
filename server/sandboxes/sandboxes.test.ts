import { expect, test } from "vitest";
import { listAuditEvents } from "../audit-log/operations.ts";
import { newId } from "../ids.ts";
import { createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import * as operations from "./operations.ts";
import { tellOf } from "./test/kept.ts";

const { runtime, sql } = await openTestRuntime();
const { run } = workIn(runtime);

test("what a worker told is listed, what runs first, and what is there no more is gone; nobody sees another's", async () => {
  const [org, other] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const place = newId();
  const [first, second] = [newId(), newId()];
  const failed = { id: first, status: "failed" as const, reason: "It used more memory than it may.", usage: null };
  await tellOf(runtime, { orgId: org.orgId, place, boxes: [failed, { id: second }] });
  const list = () => run(operations.listSandboxesOperation, org.owner, {});
  expect((await list()).sandboxes).toMatchObject([
    { id: second, status: "running", usage: { processes: 3 }, limits: { memoryMb: 2048 }, asked: null },
    { id: first, status: "failed", reason: "It used more memory than it may.", usage: null },
  ]);
  expect((await run(operations.listSandboxesOperation, other.owner, {})).sandboxes).toEqual([]);
  const foreign = () => run(operations.getSandbox, other.owner, { sandboxId: second });
  const missing = () => run(operations.getSandbox, org.owner, { sandboxId: newId() });
  for (const refused of [foreign, missing]) await expect(refused()).rejects.toMatchObject({ code: "not_found" });
  await tellOf(runtime, { orgId: org.orgId, place, boxes: [{ id: second }] });
  expect((await list()).sandboxes.map(({ id }) => id)).toEqual([second]);
});

test("an admin has one stopped or removed, which is on record once; a member may not look", async () => {
  const org = await createTestOrg(runtime);
  const [member, place, sandboxId] = [await createTestMember(runtime, org, "member"), newId(), newId()];
  await tellOf(runtime, { orgId: org.orgId, place, boxes: [{ id: sandboxId }] });
  await expect(run(operations.listSandboxesOperation, member, {})).rejects.toMatchObject({ code: "forbidden" });
  const read = async () => (await run(operations.getSandbox, org.owner, { sandboxId })).sandbox;
  await run(operations.stopSandbox, org.owner, { sandboxId });
  await run(operations.stopSandbox, org.owner, { sandboxId });
  expect((await read()).asked).toBe("stop");
  // Its worker did it.
  await tellOf(runtime, { orgId: org.orgId, place, boxes: [{ id: sandboxId, status: "stopped", usage: null }] });
  expect(await read()).toMatchObject({ status: "stopped", asked: null });
  await expect(run(operations.stopSandbox, org.owner, { sandboxId })).rejects.toThrow(/does not run/);
  await run(operations.removeSandbox, org.owner, { sandboxId });
  const { events } = await run(listAuditEvents, org.owner, { groups: ["sandbox"] });
  expect(events.map(({ type }) => type)).toEqual(["sandbox.removed", "sandbox.stopped"]);
});

test("of a machine whose workers are silent nothing can be stopped, and what was there can be forgotten", async () => {
  const org = await createTestOrg(runtime);
  const [place, sandboxId] = [newId(), newId()];
  await tellOf(runtime, { orgId: org.orgId, place, boxes: [{ id: sandboxId }] });
  await sql`update sandboxes set seen_at = now() - interval '1 hour' where id = ${sandboxId}`;
  await expect(run(operations.stopSandbox, org.owner, { sandboxId })).rejects.toThrow(/No worker runs on host-/);
  await run(operations.removeSandbox, org.owner, { sandboxId });
  await expect(run(operations.getSandbox, org.owner, { sandboxId })).rejects.toMatchObject({ code: "not_found" });
});

test("one that moved to another machine is told by that one", async () => {
  const org = await createTestOrg(runtime);
  const [here, there, id] = [newId(), newId(), newId()];
  await tellOf(runtime, { orgId: org.orgId, place: here, boxes: [{ id }] });
  await tellOf(runtime, { orgId: org.orgId, place: there, boxes: [{ id }] });
  await tellOf(runtime, { orgId: org.orgId, place: here, boxes: [{ id, status: "failed", usage: null }] });
  const [row] = (await run(operations.listSandboxesOperation, org.owner, {})).sandboxes;
  expect(row).toMatchObject({ id, status: "running", host: `host-${there}` });
});

test("caches are listed with their tools, over all machines, and asked to be emptied by those who work there", async () => {
  const org = await createTestOrg(runtime);
  const viewer = await createTestMember(runtime, org, "viewer");
  const cache = (tools: Record<string, number>) => ({ boxes: [], caches: [{ id: org.teamId, tools }] });
  const unknown = { id: newId(), tools: { npm: 5 } };
  await tellOf(runtime, { orgId: org.orgId, place: newId(), ...cache({ npm: 30_000_000_000, pip: 2 }) });
  await tellOf(runtime, { orgId: org.orgId, place: newId(), boxes: [], caches: [unknown] });
  await tellOf(runtime, { orgId: org.orgId, place: newId(), ...cache({ npm: 1 }) });
  const list = async () => (await run(operations.listCaches, org.owner, {})).caches;
  expect(await list()).toMatchObject([
    { id: org.teamId, repo: null, team: { name: "Core" }, bytes: 30_000_000_003, files: 14, isClearing: false },
  ]);
  expect((await list())[0]?.tools).toEqual({ npm: 30_000_000_001, pip: 2 });
  await expect(run(operations.clearCacheOperation, viewer, { cacheId: org.teamId })).rejects.toMatchObject({
    code: "forbidden",
  });
  await run(operations.clearCacheOperation, org.owner, { cacheId: org.teamId });
  expect((await list())[0]?.isClearing).toBe(true);
  const unseen = run(operations.clearCacheOperation, org.owner, { cacheId: unknown.id });
  await expect(unseen).rejects.toMatchObject({ code: "not_found" });
});
