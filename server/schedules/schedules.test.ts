import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { getQuota, setQuota } from "../quotas/operations.ts";
import { getPreferences, setPreferences } from "../preferences/operations.ts";
import { startSession } from "../sessions/operations.ts";
import type { Actor } from "../context.ts";
import { quotaOf, refuseOverQuota } from "../quotas/service.ts";
import { getTask, listTasks } from "../tasks/operations.ts";
import { createTaskFromTemplate, fillTemplate, listTemplates, saveTemplate } from "../templates/operations.ts";
import { as, createTestMember, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { listSchedules, removeSchedule, saveSchedule } from "./operations.ts";
import { listDueSchedules, runSchedule } from "./running.ts";
import { dueUpTo, nextAfter } from "./times.ts";

const { runtime, db } = await openTestRuntime();
const { run } = workIn(runtime);

const body = { title: "Look after {{what}}", priority: "{{priority}}", tags: ["{{what}}"], description: "{{n}} times" };
const variables = [
  { name: "what", pattern: "[a-z]+" },
  { name: "priority", type: "choice", choices: ["low", "high"], default: "low" },
  { name: "n", type: "number", required: false, default: 3 },
];

/** A member's schedule of a template, due as long ago as is said. */
async function scheduled(more: Record<string, unknown> = {}, minutesLate = 0) {
  const org = await createTestOrg(runtime);
  const member = await createTestMember(runtime, org, "member");
  const { template } = await run(saveTemplate, member, { teamId: org.teamId, name: "Care", variables, body });
  const timing = { templateId: template.id, name: "Every minute", cron: "* * * * *", parameters: { what: "plants" } };
  const { schedule } = await run(saveSchedule, member, { ...timing, ...more });
  await db.execute(sql`update schedule_clocks set next_at = date_trunc('minute', now()) - make_interval(mins => ${minutesLate})
    where schedule_id = ${schedule.id}`);
  const go = () => runSchedule(runtime, { orgId: org.orgId, scheduleId: schedule.id });
  const tasks = async () => (await run(listTasks, org.owner, { teamId: org.teamId })).tasks;
  const read = async () => {
    const [found] = (await run(listSchedules, org.owner, { history: 100 })).schedules;
    if (!found) throw new Error("no schedule");
    return found;
  };
  return { org, member, template, schedule, go, tasks, read };
}

test("a template makes a task of parameters that fit, and refuses others with all that does not", async () => {
  const { org, member, template } = await scheduled();
  const make = (parameters: Record<string, unknown>) =>
    run(createTaskFromTemplate, member, { templateId: template.id, parameters });
  const { task: made } = await make({ what: "cats", priority: "high" });
  const { task } = await run(getTask, member, { task: made });
  expect(task).toMatchObject({ title: "Look after cats", priority: "high", tags: ["cats"], description: "3 times" });
  await expect(make({ what: "99", priority: "never", x: 1 })).rejects.toThrow(
    /no variable x.*what must look like \[a-z\]\+.*priority must be one of: low, high/,
  );
  await expect(make({})).rejects.toThrow(/what is missing/);
  const filled = await run(fillTemplate, member, { templateId: template.id, parameters: { what: "dogs", n: 1 } });
  expect(filled.body).toMatchObject({ title: "Look after dogs", description: "1 times" });
  expect((await run(listTemplates, org.owner, { search: "car" })).templates).toHaveLength(1);
  expect((await run(listTemplates, org.owner, { search: "zebra" })).templates).toHaveLength(0);
  const bad = { teamId: org.teamId, name: "Bad", body: { title: "{{nobody}}" } };
  await expect(run(saveTemplate, member, bad)).rejects.toThrow(/no variable of that name/);
  const keep = (more: object) => run(saveTemplate, member, { ...bad, ...more });
  await expect(keep({ body: {} })).rejects.toThrow(/needs a title/);
  await expect(keep({ body: { title: "a", prompt: "b" } })).rejects.toThrow(/create_task takes no prompt/);
  await expect(keep({ kind: "session", body: { title: "a" } })).rejects.toThrow(/create_session takes no title/);
  await expect(run(saveTemplate, member, { ...bad, name: "Care", body })).rejects.toMatchObject({ code: "invalid" });
});

test("a schedule that is due makes one task in its owner's name, also when five workers come at once", async () => {
  const { go, tasks, read, member, schedule } = await scheduled();
  expect(await listDueSchedules(runtime)).toContainEqual({ orgId: member.orgId, scheduleId: schedule.id });
  await Promise.all([go(), go(), go(), go(), go()]);
  await go();
  expect(await tasks()).toMatchObject([{ title: "Look after plants" }]);
  const { runs, nextAt } = await read();
  expect(runs).toMatchObject([{ outcome: "created", stands: 1, taskNumber: 1 }]);
  expect(Date.parse(nextAt ?? "")).toBeGreaterThan(Date.now());
});

test.for([
  ["once", ["created 11"], 1],
  ["each", Array.from({ length: 11 }, () => "created 1"), 11],
  ["skip", ["created 1", "skipped 10"], 1],
] as const)("what was missed is caught up with as the schedule says: %s", async ([catchUp, expected, made]) => {
  const { go, tasks, read } = await scheduled({ catchUp }, 10);
  await go();
  expect((await read()).runs.map(({ outcome, stands }) => `${outcome} ${stands}`)).toEqual(expected);
  expect(await tasks()).toHaveLength(made);
});

test("each run needs its owner's rights and quota of that moment; what it was refused with is its history", async () => {
  const over = await scheduled();
  await run(setQuota, over.org.owner, { userId: over.member.id, sessionsAtOnce: 0 });
  await over.go();
  expect((await over.read()).runs).toMatchObject([
    { outcome: "failed", detail: expect.stringContaining("quota is used up") },
  ]);
  const left = await scheduled();
  await db.execute(sql`update memberships set status = 'deactivated' where user_id = ${left.member.id}`);
  await left.go();
  expect((await left.read()).runs).toMatchObject([
    { outcome: "failed", detail: expect.stringContaining("no active member") },
  ]);
  expect([...(await over.tasks()), ...(await left.tasks())]).toEqual([]);
});

test("due moments are those of the time zone, also when its clocks change", () => {
  const berlin = { cron: "30 2 * * *", timeZone: "Europe/Berlin" };
  // On 29 March 2026 there is no 02:30 in Berlin (it is due at 03:00), on 25 October it comes twice.
  const spring = dueUpTo(berlin, new Date("2026-03-28T01:30:00Z"), new Date("2026-03-31T00:00:00Z"), 10);
  expect(spring.map((at) => at.toISOString())).toEqual([
    ...["2026-03-28T01:30:00.000Z", "2026-03-29T01:00:00.000Z", "2026-03-30T00:30:00.000Z"],
  ]);
  const autumn = dueUpTo(berlin, new Date("2026-10-24T00:30:00Z"), new Date("2026-10-27T00:00:00Z"), 10);
  expect(autumn.map((at) => at.toISOString().slice(0, 10))).toEqual(["2026-10-24", "2026-10-25", "2026-10-26"]);
  expect(nextAfter({ cron: "0 0 31 2 *", timeZone: "UTC" }, new Date())).toBeNull();
});

test("a cron or zone that is none is refused with what is; only its owner and admins end a schedule", async () => {
  const { org, member, schedule, read } = await scheduled();
  const change = (more: Record<string, unknown>) =>
    run(saveSchedule, member, {
      scheduleId: schedule.id,
      name: "x",
      cron: "* * * * *",
      parameters: { what: "a" },
      ...more,
    });
  await expect(change({ cron: "every day" })).rejects.toThrow(/“every day” names no moments. Give five parts/);
  await expect(change({ cron: "0 0 31 2 *" })).rejects.toThrow(/never comes/);
  await expect(change({ timeZone: "Mars/Olympus" })).rejects.toThrow(/no time zone/);
  await expect(change({ parameters: {} })).rejects.toThrow(/what is missing/);
  await change({ enabled: false });
  expect(await read()).toMatchObject({ enabled: false, nextAt: null });
  const other = await createTestMember(runtime, org, "member", "Otto");
  await expect(run(removeSchedule, other, { scheduleId: schedule.id })).rejects.toMatchObject({ code: "forbidden" });
  await run(removeSchedule, org.owner, { scheduleId: schedule.id });
});

test("a quota counts the sessions that live, and holds for who has none of their own", async () => {
  const org = await createTestOrg(runtime);
  const member = await createTestMember(runtime, org, "member");
  const check = () => as(runtime, member, (context) => refuseOverQuota(context, member.id));
  await check();
  await run(setQuota, org.owner, { sessionsAtOnce: 1 });
  await check();
  await run(startSession, member, { teamId: org.teamId });
  await expect(check()).rejects.toMatchObject({
    code: "over_budget",
    message: expect.stringContaining("1 sessions at once"),
  });
  await run(setQuota, org.owner, { userId: member.id, sessionsAtOnce: 2 });
  await check();
  await expect(run(setQuota, member, { userId: member.id })).rejects.toMatchObject({ code: "forbidden" });
  const other = await createTestOrg(runtime);
  const foreign = run(getQuota, org.owner, { userId: other.owner.id });
  await expect(foreign).rejects.toMatchObject({ code: "not_found" });
  const usual = { sessionsAtOnce: 5, hoursADay: null, tokensADay: null, microsADay: null };
  const inDevelopment = { ...runtime, settings: { ...runtime.settings, usualQuota: usual } };
  const read = (userId: string, actor: Actor) => as(inDevelopment, actor, (context) => quotaOf(context, userId));
  expect((await read(other.owner.id, other.owner)).sessionsAtOnce, "where nobody set one").toBe(5);
  expect((await read(member.id, org.owner)).sessionsAtOnce).toBe(2);
});

test("preferences follow a person, and are nobody else's", async () => {
  const org = await createTestOrg(runtime);
  const member = await createTestMember(runtime, org, "viewer");
  const change = (preferences: Record<string, unknown>) => run(setPreferences, member, { preferences });
  await change({ theme: "dark", editor: { tabSize: 2, keymap: "vim" } });
  await change({ keys: { "board.open": "g b" } });
  expect((await run(getPreferences, member, {})).preferences).toEqual({
    ...{ theme: "dark", editor: { tabSize: 2, keymap: "vim" }, keys: { "board.open": "g b" } },
  });
  expect((await run(getPreferences, org.owner, {})).preferences).toEqual({});
  await expect(change({ theme: "pink" })).rejects.toMatchObject({ code: "invalid" });
});
