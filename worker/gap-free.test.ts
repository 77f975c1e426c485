import { afterEach, expect, test } from "vitest";
import { as, createTestOrg, openTestRuntime, type TestOrg } from "#server/test/fixtures.ts";
import { createTask } from "#server/tasks/service.ts";
import { createTaskInput } from "#server/tasks/schema.ts";
import { record } from "#server/events/record.ts";
import { startRelay } from "./relay.ts";
import { until } from "./realtime/test/harness.ts";
import { cutAndCompare, openLine, seeded, waitFor } from "./test/gap-free.ts";
import { openPage, startHost, told } from "./test/live.ts";

const { runtime, url } = await openTestRuntime();
const host = await startHost();
const relays = new Set<{ stop(): Promise<void> }>();
const relay = () => relays.add(startRelay(runtime, { url, push: host.push, isEmbedded: true, onError: () => {} }));
afterEach(async () => {
  for (const one of relays) await one.stop();
  relays.clear();
});
const rename = (org: TestOrg, times: number) =>
  as(runtime, org.owner, (context) =>
    record(
      context,
      "team.updated",
      Array.from({ length: times }, (_, n) => ({ subject: org.teamId, team: org.teamId, data: { name: `T${n}` } })),
    ),
  );

const isFull = process.env.ENTOURAGE_TEST_FULL === "1";
const { cuts, events } = isFull ? { cuts: 20, events: 1_000 } : { cuts: 8, events: 300 };

test(`${cuts} cuts during ${events} events: two tabs show what the server holds, nothing lost, nothing applied twice`, {
  timeout: 120_000,
}, async () => {
  relay();
  const org = await createTestOrg(runtime);
  const proof = await cutAndCompare({ runtime, host, org, random: seeded(20) }, { events, cuts });
  expect(proof).toMatchObject({ lost: [], doubled: [], outOfOrder: 0, resets: 0 });
  expect(proof.events).toBe(events);
  expect(proof.cuts).toBeGreaterThanOrEqual(cuts);
  expect(proof.tabs[0]).toEqual(proof.server);
  expect(proof.tabs[1]).toEqual(proof.server);
});

test("a page that was away for more than a thousand events reads everything again instead of each", {
  timeout: 60_000,
}, async () => {
  relay();
  const org = await createTestOrg(runtime);
  const line = await openLine(host.port);
  const covered: [number, number][] = [];
  const { page, since } = await openPage(runtime, { ...host, port: line.port }, org.owner, org.teamId, {
    onReset: (from, to) => covered.push([from, to]),
  });
  await until("the page to be live", () => page.state === "live");
  // Back before all of it is written, it would miss less than a thousand.
  line.setDown(true);
  await line.cut(false);
  await rename(org, 1_500);
  line.setDown(false);
  await waitFor("the page to be live again", () => page.state === "live" && page.resets > 0);
  await rename(org, 1);
  await until("the next event", () => told(page.frames).at(-1) === since + 1_501);
  const [from, to] = covered[0] ?? [];
  expect([page.resets, from]).toEqual([1, since]);
  // Nothing between the reset and the next event was left out, and nothing from before it was told.
  expect(told(page.frames)).toEqual(Array.from({ length: since + 1_501 - (to ?? 0) }, (_, n) => (to ?? 0) + 1 + n));
});

test("pages that lose one server come back each at a moment of their own, within two seconds", {
  timeout: 60_000,
}, async () => {
  const org = await createTestOrg(runtime);
  const line = await openLine(host.port);
  const pages = await Promise.all(
    Array.from({ length: 80 }, () => openPage(runtime, { ...host, port: line.port }, org.owner, org.teamId)),
  );
  for (const { page } of pages) await waitFor("a page to be live", () => page.state === "live");
  line.arrivals.length = 0;
  const cutAt = Date.now();
  await line.cut(false);
  await until("every page to notice", () => pages.every(({ page }) => page.state === "stale"));
  // Noticed at once, not when the library tries again.
  expect(Date.now() - cutAt).toBeLessThan(1_000);
  for (const { page } of pages) await waitFor("a page to be back", () => page.state === "live");
  const moments = line.arrivals.map((at) => at - cutAt);
  expect(moments).toHaveLength(80);
  expect(Math.max(...moments)).toBeLessThan(3_500);
  // Evenly over two seconds: of eighty, eight are expected in any fifth of a second, and thirty by no chance.
  const fifths = Map.groupBy(moments, (moment) => Math.floor(moment / 200));
  expect(Math.max(...[...fifths.values()].map((some) => some.length))).toBeLessThan(30);
  expect(fifths.size).toBeGreaterThanOrEqual(6);
});

test("without any realtime host a page says that it is behind, and reads what happened every few seconds", {
  timeout: 60_000,
}, async () => {
  const org = await createTestOrg(runtime);
  const line = await openLine(1);
  const { page, since } = await openPage(runtime, { ...host, port: line.port }, org.owner, org.teamId);
  for (const title of ["One", "Two"]) {
    await as(runtime, org.owner, (context) =>
      createTask(context, createTaskInput.parse({ teamId: org.teamId, title })),
    );
    const head = since + (title === "One" ? 1 : 2);
    await waitFor("the event", () => told(page.frames).at(-1) === head);
  }
  await until("the page to say so", () => page.state === "stale");
  expect(told(page.frames)).toEqual([since + 1, since + 2]);
});
