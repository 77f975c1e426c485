import { afterEach, expect, test } from "vitest";
import { record } from "#server/events/record.ts";
import { newId } from "#server/ids.ts";
import { type RelayOptions, startRelay } from "./relay.ts";
import { as, createTestOrg, openTestRuntime, type TestOrg } from "#server/test/fixtures.ts";
import { createTask } from "#server/tasks/service.ts";
import { createTaskInput } from "#server/tasks/schema.ts";
import { changeTaskStatus } from "#server/tasks/changes.ts";
import { until } from "./realtime/test/harness.ts";
import { openPage, startHost, told } from "./test/live.ts";

const { runtime, url, sql } = await openTestRuntime();
const host = await startHost();
const relays = new Set<{ stop(): Promise<void> }>();

function relay(options: Partial<RelayOptions> = {}) {
  const started = startRelay(runtime, { url, push: host.push, isEmbedded: true, onError: () => {}, ...options });
  relays.add(started);
  return started;
}
afterEach(async () => {
  for (const started of relays) await started.stop();
  relays.clear();
});

const task = (org: TestOrg, more: object = {}) =>
  as(runtime, org.owner, (context) =>
    createTask(context, createTaskInput.parse({ teamId: org.teamId, title: "Paint", ...more })),
  );
const say = (org: TestOrg, taskId: string, body = "hi") =>
  as(runtime, org.owner, (context) =>
    record(context, "message.sent", [
      { subject: newId(), team: org.teamId, task: taskId, data: { body, recipient: null } },
    ]),
  );
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + 1 + i);

test("a page sees every event in order, with the card as it is after it", async () => {
  relay();
  const org = await createTestOrg(runtime);
  const { page } = await openPage(runtime, host, org.owner, org.teamId);
  await until("the page to be live", () => page.state === "live");
  const first = await task(org);
  const second = await task(org, { dependsOn: [first] });
  await until("both tasks", () => told(page.frames).length >= 2);
  const [one, two] = page.frames;
  expect(one).toMatchObject({ type: "task.created", taskId: first, cards: [{ id: first, status: "todo", number: 1 }] });
  expect(two).toMatchObject({ type: "task.created", cards: [{ id: second, openDependencies: 1 }], prev: one?.seq });
});

test("a task that gets done brings the cards of those that waited for it", async () => {
  relay();
  const org = await createTestOrg(runtime);
  const first = await task(org);
  const second = await task(org, { dependsOn: [first] });
  const { page } = await openPage(runtime, host, org.owner, org.teamId);
  await until("the page to be live", () => page.state === "live");
  await as(runtime, org.owner, (context) =>
    record(context, "task.status_changed", [
      { subject: first, team: org.teamId, task: first, data: { from: "todo", to: "done" } },
    ]),
  );
  const frame = await until("the change", () => page.frames.find(({ type }) => type === "task.status_changed"));
  expect(frame.cards).toMatchObject([
    { id: first, status: "done" },
    { id: second, openDependencies: 0 },
  ]);
});

test("what is too large for a push comes as a word to read it, and no secret comes at all", async () => {
  relay();
  const org = await createTestOrg(runtime);
  const { page } = await openPage(runtime, host, org.owner, org.teamId);
  await until("the page to be live", () => page.state === "live");
  await task(org, { description: "x".repeat(20_000) });
  const tags = Array.from({ length: 20 }, (_, i) => `${i}-${"ü".repeat(46)}`);
  await task(org, { title: "ü".repeat(500), description: "x".repeat(20_000), tags });
  await as(runtime, org.owner, (context) =>
    record(context, "invitation.created", [
      {
        subject: newId(),
        data: { email: null, role: "member", teamIds: [], tokenHash: "abc123", expiresAt: new Date().toISOString() },
      },
    ]),
  );
  await until("three frames", () => told(page.frames).length >= 3);
  const [light, , invitation] = page.frames;
  expect(light?.cards).toHaveLength(1);
  expect(light).not.toHaveProperty("data");
  expect(invitation?.type).toBe("invitation.created");
  expect(JSON.stringify(page.frames)).not.toContain("abc123");
  for (const frame of page.frames) expect(Buffer.byteLength(JSON.stringify(frame))).toBeLessThanOrEqual(8_192);
});

test("32 writers, and a relay that dies in the middle: nothing lost, nothing doubled, nothing out of order", {
  timeout: 120_000,
}, async () => {
  let running = relay();
  const org = await createTestOrg(runtime);
  const taskId = await task(org);
  const { page, since } = await openPage(runtime, host, org.owner, org.teamId);
  await until("the page to be live", () => page.state === "live");
  const [writers, each] = [32, process.env.ENTOURAGE_TEST_FULL === "1" ? 200 : 60];
  const writing = Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let i = 0; i < each; i++) await say(org, taskId, `${writer}/${i}`);
    }),
  );
  await waitFor("some to have come", () => page.frames.length > 500);
  await running.stop();
  running = relay();
  await writing;
  const head = since + writers * each;
  await waitFor("all", () => (told(page.frames).at(-1) ?? 0) >= head);
  expect(told(page.frames)).toEqual(numbers(since, head));
  expect(page.resets).toBe(0);
  // They came over the socket; the feed is for what the socket missed.
  expect(page.frames.filter(({ reference }) => reference).length).toBeLessThan(100);
});

test("a host that was away gets everything afterwards, and the page catches up by itself", {
  timeout: 60_000,
}, async () => {
  const errors: unknown[] = [];
  relay({ onError: (error) => errors.push(error) });
  const org = await createTestOrg(runtime);
  const taskId = await task(org);
  const { page, since } = await openPage(runtime, host, org.owner, org.teamId);
  await until("the page to be live", () => page.state === "live");
  await host.stop();
  for (let i = 0; i < 20; i++) await say(org, taskId);
  await until("a failure", () => errors.length > 2);
  expect(page.state).toBe("stale");
  await host.restart();
  for (let i = 0; i < 5; i++) await say(org, taskId);
  await waitFor("all", () => (told(page.frames).at(-1) ?? 0) >= since + 25 && page.state === "live");
  expect(told(page.frames)).toEqual(numbers(since, since + 25));
});

test("a page whose socket is cut again and again ends with every event, once and in order", {
  timeout: 60_000,
}, async () => {
  relay();
  const org = await createTestOrg(runtime);
  const taskId = await task(org);
  const { page, since } = await openPage(runtime, host, org.owner, org.teamId);
  for (let cut = 0; cut < 10; cut++) {
    await waitFor("the page to be live", () => page.state === "live");
    await say(org, taskId);
    const said = say(org, taskId);
    if (cut === 5) await host.stop().then(() => host.restart());
    else await host.push.terminateUser(org.owner.id);
    await said;
    await until("the page to notice", () => page.state === "stale");
  }
  await say(org, taskId);
  await waitFor("all", () => (told(page.frames).at(-1) ?? 0) >= since + 21);
  expect(told(page.frames)).toEqual(numbers(since, since + 21));
});

test("of two workers one tells an organization; when it stops the other does, from where it was", async () => {
  const org = await createTestOrg(runtime);
  const taskId = await task(org);
  const [first, second] = [relay(), relay()];
  const { page, since } = await openPage(runtime, host, org.owner, org.teamId);
  await until("the page to be live", () => page.state === "live");
  await say(org, taskId);
  await until("one", () => told(page.frames).length === 1);
  const [held] =
    await sql`select count(*)::int as n from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`;
  expect(held?.n).toBeGreaterThan(0);
  await first.stop();
  await say(org, taskId);
  await until("two", () => told(page.frames).length === 2);
  await second.stop();
  expect(told(page.frames)).toEqual(numbers(since, since + 2));
  const [cursor] = await sql`select seq::int from relay_cursors where org_id = ${org.orgId}`;
  expect(cursor?.seq).toBe(since + 2);
});

test("a page of one team hears nothing of another's tasks, but learns when its own task is freed by them", async () => {
  relay();
  const org = await createTestOrg(runtime);
  const { createTeam } = await import("#server/teams/service.ts");
  const other = await as(runtime, org.owner, (context) => createTeam(context, { name: "Other", maxConcurrent: 4 }));
  const theirs = await task(org, { teamId: other.teamId });
  const ours = await task(org, { dependsOn: [theirs] });
  const { page } = await openPage(runtime, host, org.owner, org.teamId);
  await until("the page to be live", () => page.state === "live");
  await as(runtime, org.owner, (context) => changeTaskStatus(context, { task: theirs, status: "cancelled" }));
  await as(runtime, org.owner, (context) =>
    record(context, "task.status_changed", [
      { subject: theirs, team: other.teamId, task: theirs, data: { from: "cancelled", to: "done" } },
    ]),
  );
  // Being cancelled is told too, before it is done: what counts is the card that waits for nothing any more.
  const extra = await until("the freed task", () =>
    page.frames.find(({ cards }) => cards?.[0]?.id === ours && cards[0].openDependencies === 0),
  );
  expect(extra).toMatchObject({ extra: true });
  expect(told(page.frames)).toEqual([]);
});

/** As `until`, for what takes longer on a busy machine. */
async function waitFor(what: string, isSo: () => boolean) {
  for (let round = 0; round < 10; round++) {
    const found = await until(what, isSo).catch(() => false);
    if (found) return;
  }
  throw new Error(`Waited too long for ${what}`);
}
