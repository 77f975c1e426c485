import { sql } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { systemActor } from "../context.ts";
import { inTransaction } from "../execute.ts";
import { pauseWork } from "../pauses/operations.ts";
import { openTestDoors } from "../test/doors.ts";
import { createTestAgent, createTestOrg, type TestOrg } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { noteSilence } from "./jobs.ts";
import { listAgents } from "./operations.ts";

const doors = await openTestDoors();
const { runtime, db } = doors;
const { run } = workIn(runtime);

const look = () => inTransaction(runtime, systemActor("", "watch"), { requestId: "test", system: true }, noteSilence);
const agentOf = async (org: TestOrg, id: string) =>
  (await run(listAgents, org.owner, {})).agents.find((agent) => agent.id === id);
const age = (orgId: string, minutes: number) =>
  db.execute(sql`with keys as (update api_key_uses set last_used_at = now() - make_interval(mins => ${minutes}) where org_id = ${orgId})
    update agent_presence set last_seen_at = now() - make_interval(mins => ${minutes}) where org_id = ${orgId}`);
const told = async (orgId: string) =>
  (
    await db.execute<{ type: string }>(
      sql`select type from events where org_id = ${orgId} and type in ('agent.went_silent', 'agent.returned') order by seq`,
    )
  ).map(({ type }) => type);

test("an agent that is not heard of for as long as its team says goes silent, once; its next call brings it back, once", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const never = await createTestAgent(runtime, org);
  const key = await doors.keyOf(org, agent);
  const call = () =>
    fetch(`${doors.address}/api/v1/ping`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: "{}",
    });
  expect((await call()).status).toBe(200);
  expect((await agentOf(org, agent.id))?.lastSeenAt).not.toBeNull();
  await age(org.orgId, 29);
  await look();
  expect(await told(org.orgId), "half an hour is not over").toEqual([]);
  await age(org.orgId, 31);
  await Promise.all([look(), look(), look()]);
  await look();
  expect(await told(org.orgId)).toEqual(["agent.went_silent"]);
  const silent = await agentOf(org, agent.id);
  expect(silent?.silentSince).toBe(silent?.lastSeenAt);
  expect((await agentOf(org, never.id))?.silentSince, "who never came is not missed").toBeNull();
  // As time would: a sign of life is written once in half a minute.
  await db.execute(sql`update agent_presence set last_seen_at = now() where org_id = ${org.orgId}`);
  await Promise.all([look(), look()]);
  expect(await told(org.orgId)).toEqual(["agent.went_silent", "agent.returned"]);
  await vi.waitFor(async () => expect((await agentOf(org, agent.id))?.silentSince).toBeNull(), 15_000);
});

test("a paused agent is expected to be still", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  await db.execute(
    sql`insert into agent_presence (org_id, agent_id, last_seen_at) values (${org.orgId}, ${agent.id}, now() - interval '2 hours')`,
  );
  await run(pauseWork, org.owner, { agentId: agent.id });
  await look();
  expect(await told(org.orgId)).toEqual([]);
});
