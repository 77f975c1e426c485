import { expect, test, vi } from "vitest";
import { createAgent } from "../agents/operations.ts";
import { createApiKey, revokeApiKey } from "../api-keys/operations.ts";
import { findByPassword } from "../auth/sign-in.ts";
import { hashPassword } from "../auth/password.ts";
import { sql } from "drizzle-orm";
import { renameOrg } from "../organizations/operations.ts";
import { removePolicy, setPolicy } from "../policies/operations.ts";
import { setQuota } from "../quotas/operations.ts";
import { pauseWork } from "../pauses/operations.ts";
import { createTestAgent, createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { updateTeamSettings } from "../team-settings/operations.ts";
import { eventData } from "../events/registry.ts";
import { auditGroups } from "./schema.ts";
import { exportAuditEvents, listAuditEvents } from "./operations.ts";

const { runtime, db } = await openTestRuntime();
const { run, addTask, claim } = workIn(runtime);

test("the audit shows what was administered, by whom and when, and none of the work; filters and pages hold", async () => {
  const org = await createTestOrg(runtime);
  const max = await createTestMember(runtime, org, "admin");
  const agent = await createTestAgent(runtime, org);
  await claim(agent, (await addTask(org)).id);
  const start = new Date().toISOString();
  for (let n = 0; n < 5; n++) await run(renameOrg, max, { name: `Name ${n}` });
  await run(pauseWork, org.owner, { reason: "look" });
  const read = (input: Record<string, unknown>) => run(listAuditEvents, org.owner, input);
  const { events, next } = await read({});
  expect(events[0]).toMatchObject({ type: "organization.paused", actor: { name: "Olivia" }, data: { reason: "look" } });
  expect(events.map(({ type }) => type.split(".")[0])).not.toContain("task");
  expect(next).toBeNull();
  expect((await read({ actorId: max.id })).events.map(({ type }) => type)).toEqual(
    Array(5).fill("organization.renamed"),
  );
  expect((await read({ groups: ["agent"] })).events.map(({ type }) => type)).toEqual([
    "agent.created",
    "agent.created",
  ]);
  expect((await read({ until: start })).events.every(({ type }) => type !== "organization.renamed")).toBe(true);
  expect((await read({ from: start, groups: ["organization"] })).events).toHaveLength(6);
  const pages: number[] = [];
  for (let before: number | undefined; ; ) {
    const page = await read({ limit: 3, before });
    pages.push(...page.events.map(({ seq }) => seq));
    if (page.next === null) break;
    before = page.next;
  }
  expect(pages).toEqual(events.map(({ seq }) => seq));
  await expect(run(listAuditEvents, agent, {})).rejects.toMatchObject({ code: "forbidden" });
});

test("it leaves as CSV that no spreadsheet takes for a formula, and as JSON lines", async () => {
  const org = await createTestOrg(runtime);
  await run(createAgent, org.owner, { teamId: org.teamId, name: "a.b" });
  await run(renameOrg, org.owner, { name: '=1+1,"x"' });
  const lines = await run(exportAuditEvents, org.owner, { format: "jsonl" });
  const parsed = lines.text
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(parsed[0]).toMatchObject({ type: "organization.renamed", data: { name: '=1+1,"x"' } });
  const csv = await run(exportAuditEvents, { ...org.owner, name: "=cmd()" }, { format: "csv" });
  const rows = csv.text.trimEnd().split("\r\n");
  expect(rows).toHaveLength(parsed.length + 1);
  expect(rows[0]).toBe("seq,occurredAt,type,actorKind,actorId,actor,subjectId,teamId,data");
  expect(rows[1]).toContain('"{""name"":""=1+1,\\""x\\""""}"');
  await run(renameOrg, { ...org.owner, name: "=cmd()" }, { name: "x" });
  expect((await run(exportAuditEvents, org.owner, {})).text).toContain(",'=cmd(),");
});

test("a refused permission is in the audit, once in a while however often it is tried", async () => {
  const org = await createTestOrg(runtime);
  const viewer = await createTestMember(runtime, org, "viewer", "Vera");
  const tryIt = () => run(updateTeamSettings, { ...viewer, ip: "192.0.2.7" }, { teamId: org.teamId, autoMerge: false });
  for (let n = 0; n < 20; n++) await expect(tryIt()).rejects.toMatchObject({ code: "forbidden" });
  const { events } = await run(listAuditEvents, org.owner, { groups: ["security"] });
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    type: "security.permission_refused",
    actor: { id: viewer.id, name: "Vera" },
    data: { operation: "update_team_settings", permission: "teams:manage", role: "viewer", ip: "192.0.2.7" },
  });
});

test("a wrong password is in the audit of each organization of the person, and of no other", async () => {
  const [org, other] = [await createTestOrg(runtime), await createTestOrg(runtime)];
  const email = `${org.owner.id}@example.org`;
  await db.execute(
    sql`update users set password_hash = ${await hashPassword("the right one")} where id = ${org.owner.id}`,
  );
  for (let n = 0; n < 3; n++)
    expect(await findByPassword(runtime, { email, password: "a wrong one", ip: "192.0.2.7" })).toBeUndefined();
  expect(await findByPassword(runtime, { email: "nobody@example.org", password: "a wrong one" })).toBeUndefined();
  const read = async (actor: typeof org.owner) => (await run(listAuditEvents, actor, { groups: ["security"] })).events;
  await vi.waitFor(async () => expect(await read(org.owner)).toHaveLength(1), 15_000);
  expect((await read(org.owner))[0]).toMatchObject({
    type: "security.sign_in_denied",
    subjectId: org.owner.id,
    data: { ip: "192.0.2.7" },
  });
  expect(await read(other.owner)).toEqual([]);
});

test("what was permitted and limited stands in the audit: policies on tools, quotas, keys made and revoked", async () => {
  const { owner, teamId } = await createTestOrg(runtime);
  const policy = { scope: "team", scopeId: teamId, effect: "allow", subject: "command", pattern: "npm test" };
  const { policy: set } = await run(setPolicy, owner, policy);
  await run(removePolicy, owner, { policyId: set.id });
  await run(setQuota, owner, { sessionsAtOnce: 3 });
  const { apiKey } = await run(createApiKey, owner, { name: "CI" });
  await run(revokeApiKey, owner, { apiKeyId: apiKey.id });
  const { events } = await run(listAuditEvents, owner, { groups: ["tool_policy", "quota", "api_key"] });
  expect(events.map(({ type }) => type).toReversed()).toEqual([
    "tool_policy.set",
    "tool_policy.removed",
    "quota.set",
    "api_key.created",
    "api_key.revoked",
  ]);
  const { text } = await run(exportAuditEvents, owner, { groups: ["tool_policy"], format: "jsonl" });
  expect(text.trim().split("\n")).toHaveLength(2);
});

test("every kind the audit asks for is one that events have", () => {
  const words = new Set(Object.keys(eventData).map((type) => type.split(".")[0]));
  expect(auditGroups.filter((group) => !words.has(group))).toEqual([]);
  expect(auditGroups, "who let which App in is administration").toContain("github_app");
});
