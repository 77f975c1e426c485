import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { listAuditEvents } from "../audit-log/operations.ts";
import { listActivity } from "../events/operations.ts";
import { systemActor } from "../context.ts";
import { createTestAgent, createTestMember, createTestOrg, openTestRuntime, type TestOrg } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { tellGroups, tellRefused } from "./telling.ts";

const { runtime, db } = await openTestRuntime();
const { run } = workIn(runtime);
const readAudit = async (org: TestOrg) => (await run(listAuditEvents, org.owner, { groups: ["security"] })).events;
const later = (org: TestOrg, minutes: number) =>
  db.execute(
    sql`update refusal_groups set told_at = told_at - make_interval(mins => ${minutes}) where org_id = ${org.orgId}`,
  );

test("a loop of a hundred refusals is two entries: the first at once, the others together, in words and in number", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const tell = (words: string) => tellRefused(runtime, org.orgId, { what: "push", by: agent, words });
  await tell("You may not push main.");
  expect(await readAudit(org)).toMatchObject([
    {
      type: "security.action_refused",
      actor: { id: agent.id },
      data: { what: "push", words: ["You may not push main."] },
    },
  ]);
  for (let round = 0; round < 10; round++)
    await Promise.all(Array.from({ length: 10 }, (_, n) => tell(`You may not push branch-${n}.`)));
  expect(await readAudit(org)).toHaveLength(1);
  expect(await tellGroups(runtime), "not yet").toBe(0);
  await later(org, 11);
  // Two workers at once tell it once.
  expect((await Promise.all([tellGroups(runtime), tellGroups(runtime)])).toSorted()).toEqual([0, 1]);
  const [together] = await readAudit(org);
  expect(together).toMatchObject({ actor: { id: agent.id }, data: { times: 100 } });
  expect(together?.data.words).toHaveLength(5);
  await tell("And again.");
  expect(await readAudit(org), "who goes on is told together").toHaveLength(2);
  for (let round = 0; round < 2; round++) {
    await later(org, 11);
    await tellGroups(runtime);
    expect(await readAudit(org)).toHaveLength(3);
  }
  const left = await db.execute(sql`select 1 from refusal_groups where org_id = ${org.orgId}`);
  expect(left.length, "who stopped is forgotten").toBe(0);
});

test("what was tried stands in the audit alone: who reads the feed learns that something was refused, not what", async () => {
  const org = await createTestOrg(runtime);
  const member = await createTestMember(runtime, org, "member");
  await tellRefused(runtime, org.orgId, { what: "tool", by: org.owner, words: "cat the-plan-of-the-owner" });
  const { events } = await run(listActivity, member, {});
  expect(events.some(({ type }) => type === "security.action_refused")).toBe(true);
  expect(JSON.stringify(events)).not.toContain("the-plan-of-the-owner");
  expect(JSON.stringify(await readAudit(org))).toContain("the-plan-of-the-owner");
});

test("each session and kind has its own, and what a hostile name says stands there as text", async () => {
  const org = await createTestOrg(runtime);
  const agents = [await createTestAgent(runtime, org), await createTestAgent(runtime, org)];
  for (const by of agents)
    for (const what of ["push", "path"] as const)
      await tellRefused(runtime, org.orgId, { what, by, words: `<b>\0${"x".repeat(500)}\n= 1` });
  const events = await readAudit(org);
  expect(new Set(events.map(({ actor, data }) => `${actor.id} ${String(data.what)}`)).size).toBe(4);
  expect(JSON.stringify(events[0]?.data.words)).toMatch(/^\["<b>x{297}"\]$/);
  await tellRefused(runtime, org.orgId, { what: "push", by: systemActor(org.orgId, "nobody"), words: "x" });
  expect(await readAudit(org), "no id, no entry, and no failure").toHaveLength(4);
});
