import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Actor } from "../context.ts";
import { waitForWork } from "../dispatch/operations.ts";
import { openParking } from "../dispatch/parking.ts";
import { newId } from "../ids.ts";
import { changeStatus } from "../tasks/operations.ts";
import { createTestAgent, createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { createAgent } from "../agents/operations.ts";
import { addTeamConvention, getTeamConventions, getTeamSettings, updateTeamSettings } from "./operations.ts";

const base = await openTestRuntime();
const { db } = base;
const parking = openParking({
  ...base.runtime,
  onError: (error) => {
    throw error;
  },
});
const runtime = { ...base.runtime, parking };
const { run, addTask, claim, bring, read } = workIn(runtime);
const wait = (actor: Actor) => run(waitForWork, actor, { timeoutSeconds: 0 });

/** Hours of UTC that lie around this moment, or that begin tomorrow. */
async function hoursNow(open: boolean) {
  const [now] = await db.execute<{
    today: number;
    later: number;
  }>(sql`select extract(isodow from now() at time zone 'UTC')::int as today,
    extract(isodow from (now() at time zone 'UTC') + interval '2 days')::int as later`);
  const day = (open ? now?.today : now?.later) ?? 1;
  return { timeZone: "UTC", hours: [{ day, from: "00:00", to: "24:00" }] };
}

test("settings are read, changed one by one, and say their version", async () => {
  const org = await createTestOrg(runtime);
  const { settings } = await run(getTeamSettings, org.owner, { teamId: org.teamId });
  expect(settings).toMatchObject({
    ...{
      version: 1,
      personApprovals: 0,
      agentApprovals: 0,
      branchPrefix: "task-",
      workingHours: null,
      reviewLimit: null,
    },
    ...{ defaultSlots: 1, silentMinutes: 30, conventions: "", open: { now: true, opensAt: null } },
  });
  const change = { teamId: org.teamId, personApprovals: 2, defaultLeaseSeconds: 90, defaultSlots: 3 };
  const { settings: after } = await run(updateTeamSettings, org.owner, change);
  expect(after).toEqual({ ...settings, version: 2, personApprovals: 2, defaultLeaseSeconds: 90, defaultSlots: 3 });
  const { agent } = await run(createAgent, org.owner, { teamId: org.teamId, name: "new" });
  expect(agent.slots).toBe(3);
  await run(updateTeamSettings, org.owner, { teamId: org.teamId, defaultLeaseSeconds: null });
  expect((await run(getTeamSettings, org.owner, { teamId: org.teamId })).settings).toMatchObject({
    ...{ version: 3, defaultLeaseSeconds: null, personApprovals: 2 },
  });
});

test("of 10 changes of one version made at once, one is done and nine are told that it moved", async () => {
  const org = await createTestOrg(runtime);
  const tries = await Promise.allSettled(
    Array.from({ length: 10 }, (_, n) =>
      run(updateTeamSettings, org.owner, { teamId: org.teamId, version: 1, maxConcurrent: n + 1 }),
    ),
  );
  expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const one of tries)
    if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "conflict", details: { version: 2 } });
});

test.each([
  ["a prefix that git takes for no branch", { branchPrefix: "a..b" }],
  ["a prefix below the default branch", { branchPrefix: "main/" }],
  ["a prefix that looks like an option", { branchPrefix: "-x" }],
  [
    "a time zone that is none",
    { workingHours: { timeZone: "Mars/Olympus", hours: [{ day: 1, from: "08:00", to: "18:00" }] } },
  ],
  [
    "hours that end before they begin",
    { workingHours: { timeZone: "UTC", hours: [{ day: 1, from: "18:00", to: "08:00" }] } },
  ],
  ["a day that is none", { workingHours: { timeZone: "UTC", hours: [{ day: 8, from: "08:00", to: "18:00" }] } }],
  ["four approvals", { personApprovals: 4 }],
  ["conventions without an end", { conventions: "x".repeat(10_001) }],
])("%s is refused and changes nothing", async (_name, change) => {
  const org = await createTestOrg(runtime);
  await expect(run(updateTeamSettings, org.owner, { teamId: org.teamId, ...change })).rejects.toMatchObject({
    code: "invalid",
  });
  expect((await run(getTeamSettings, org.owner, { teamId: org.teamId })).settings.version).toBe(1);
});

test("a reviewer of the rules is somebody of the team; members may read the settings and not change them", async () => {
  const org = await createTestOrg(runtime);
  const max = await createTestMember(runtime, org, "member");
  const rule = (id: string) => ({ reviewRules: [{ paths: ["**/*.sql"], reviewers: [{ kind: "user", id }] }] });
  await expect(run(updateTeamSettings, org.owner, { teamId: org.teamId, ...rule(newId()) })).rejects.toMatchObject({
    code: "not_found",
  });
  await run(updateTeamSettings, org.owner, { teamId: org.teamId, ...rule(max.id) });
  expect((await run(getTeamSettings, max, { teamId: org.teamId })).settings.reviewRules).toEqual(
    rule(max.id).reviewRules,
  );
  await expect(run(updateTeamSettings, max, { teamId: org.teamId, autoMerge: false })).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("a branch prefix holds for new tasks only", async () => {
  const org = await createTestOrg(runtime);
  const before = await addTask(org, { title: "Old way" });
  await run(updateTeamSettings, org.owner, { teamId: org.teamId, branchPrefix: "team/core-" });
  const after = await addTask(org, { title: "New way" });
  expect((await read(org.owner, before.id)).branch).toBe(`task-${before.number}-old-way`);
  expect(after.branch).toBe(`team/core-${after.number}-new-way`);
});

test("outside of working hours agents take nothing but critical tasks, and are told when it goes on; people do as they like", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const plain = await addTask(org, { title: "Plain" });
  const closed = await hoursNow(false);
  const { settings } = await run(updateTeamSettings, org.owner, { teamId: org.teamId, workingHours: closed });
  expect(settings.open).toEqual({ now: false, opensAt: expect.any(String) });
  expect(new Date(settings.open.opensAt ?? 0).getTime()).toBeGreaterThan(Date.now());
  const { work, notice } = await wait(agent);
  expect([work, notice]).toEqual([null, expect.stringContaining(`until ${settings.open.opensAt}`)]);
  await expect(claim(agent, plain.id)).rejects.toMatchObject({ message: expect.stringContaining("working hours") });
  const urgent = await addTask(org, { title: "Urgent", priority: "critical" });
  expect((await wait(agent)).work).toMatchObject({ kind: "task", task: { id: urgent.id } });
  await run(changeStatus, org.owner, { task: plain.id, status: "in_progress" });
  const other = await createTestAgent(runtime, org);
  await run(updateTeamSettings, org.owner, { teamId: org.teamId, workingHours: { ...closed, criticalAnytime: false } });
  await addTask(org, { title: "Urgent too", priority: "critical" });
  expect((await wait(other)).work).toBeNull();
  await run(updateTeamSettings, org.owner, { teamId: org.teamId, workingHours: await hoursNow(true) });
  expect((await wait(other)).work).toMatchObject({ kind: "task" });
});

test("the hours are local ones, also where the clocks change", async () => {
  const hours = { timeZone: "Europe/Berlin", hours: [{ day: 1, from: "08:00", to: "18:00" }], criticalAnytime: false };
  const ask = async (at: string) => {
    const [row] = await db.execute<{ open: boolean; next: string }>(sql`select
      within_working_hours(${JSON.stringify(hours)}::text::jsonb, ${at}::timestamptz) as open,
      to_char(next_working_hours(${JSON.stringify(hours)}::text::jsonb, ${at}::timestamptz) at time zone 'UTC', 'MM-DD HH24:MI') as next`);
    return row;
  };
  // In winter Berlin is an hour before UTC, in summer two.
  expect(await ask("2026-03-23T07:00:00Z")).toEqual({ open: true, next: "03-30 06:00" });
  expect(await ask("2026-03-23T06:59:59Z")).toEqual({ open: false, next: "03-23 07:00" });
  expect(await ask("2026-03-30T06:00:00Z")).toEqual({ open: true, next: "04-06 06:00" });
  expect((await ask("2026-03-30T16:00:00Z"))?.open).toBe(false);
});

test("while as many tasks wait for review as the team lets wait, agents take only rework", async () => {
  const org = await createTestOrg(runtime);
  const agent = await createTestAgent(runtime, org);
  const waiting = await addTask(org, { title: "Waits" });
  await bring(org.owner, waiting.id, "in_review");
  const next = await addTask(org, { title: "Next" });
  await run(updateTeamSettings, org.owner, { teamId: org.teamId, reviewLimit: 1 });
  expect((await wait(agent)).work).toBeNull();
  await expect(claim(agent, next.id)).rejects.toMatchObject({ message: expect.stringContaining("wait for review") });
  await run(updateTeamSettings, org.owner, { teamId: org.teamId, reviewLimit: 2 });
  expect((await wait(agent)).work).toMatchObject({ kind: "task", task: { id: next.id } });
});

test("conventions are added once each, come with every task, and have an end", async () => {
  const org = await createTestOrg(runtime);
  const engineer = await createTestAgent(runtime, org);
  const add = (text: string, actor = org.owner) => run(addTeamConvention, actor, { teamId: org.teamId, text });
  await Promise.all([add("Tests first."), add("No new dependencies."), add("Tests first.")]);
  const { conventions } = await run(getTeamConventions, engineer, { teamId: org.teamId });
  expect(conventions.split("\n").toSorted()).toEqual(["- No new dependencies.", "- Tests first."]);
  await addTask(org);
  const { work } = await wait(engineer);
  expect(work).toMatchObject({ kind: "task", task: { conventions } });
  const others = [
    engineer,
    await createTestAgent(runtime, org, { role: "manager" }),
    await createTestMember(runtime, org, "member"),
  ];
  for (const actor of others) await expect(add("x", actor)).rejects.toMatchObject({ code: "forbidden" });
  await run(updateTeamSettings, org.owner, { teamId: org.teamId, conventions: "y".repeat(9_990) });
  await expect(add("too long by then")).rejects.toMatchObject({ code: "conflict" });
});
