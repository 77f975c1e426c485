import { afterAll, expect, test } from "vitest";
import { ChannelTail, type TailSnapshot } from "#app/_lib/channel-tail.ts";
import { holdOwnHandle } from "#server/channels/handles.ts";
import { openListening } from "#server/channels/listening.ts";
import * as channels from "#server/channels/operations.ts";
import type { Actor } from "#server/context.ts";
import { AppError } from "#server/errors.ts";
import { as, createTestMember, createTestOrg, openTestRuntime } from "#server/test/fixtures.ts";

import { workIn } from "#server/test/work.ts";
import { until } from "../realtime/test/harness.ts";
import { openPage, startHost } from "../test/live.ts";
import { startChannelRelay } from "./relay.ts";

const opened = await openTestRuntime();
const unheard = { ...opened.runtime, settings: { ...opened.runtime.settings, channelRate: 1000 } };
const runtime = { ...unheard, listening: openListening({ ...unheard, onError: () => {} }) };
const { run } = workIn(runtime);
const host = await startHost();
const relay = startChannelRelay(runtime, { url: opened.url, push: host.push, onError: () => {} });
afterAll(() => relay.stop());

async function crew() {
  const org = await createTestOrg(runtime);
  const [bob, ann] = [
    await createTestMember(runtime, org, "member", "Bob"),
    await createTestMember(runtime, org, "member", "Ann"),
  ];
  for (const actor of [bob, ann]) await as(runtime, actor, holdOwnHandle);
  return { org, bob, ann };
}

/** The tail of a page: the product's own, on the real pusher-js, with real permissions. */
async function follow(actor: Actor, channel: string) {
  const { connection, page: live } = await openPage(runtime, host, actor);
  const page = { snapshot: { state: "connecting", entries: [], reason: null } as TailSnapshot };
  const tail = new ChannelTail({
    socket: connection,
    subscribe: () => run(channels.subscribeChannel, actor, { channel }),
    read: async (since, limit) => {
      const asked = { channels: [{ channel, since }], timeoutSeconds: 0, limit };
      const { messages, channels: places } = await run(channels.readChannel, actor, asked);
      return { messages, since: places[0]?.since ?? since, missed: places[0]?.missed ?? 0 };
    },
    onChange: (snapshot) => {
      page.snapshot = snapshot;
    },
    schedule: (flush) => void setImmediate(flush),
    refusalOf: (error) => (error instanceof AppError && error.code === "forbidden" ? error.message : undefined),
  });
  afterAll(() => tail.stop());
  return { page, live, tail, seqs: () => page.snapshot.entries.map(({ seq }) => seq) };
}

const say = (actor: Actor, channel: string, payload: unknown) => run(channels.publish, actor, { channel, payload });
const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

test("two pages show every message once and in order, through ten cuts of the socket", {
  timeout: 60_000,
}, async () => {
  const { bob, ann } = await crew();
  const channel = "agent.bob.cuts";
  await run(channels.keepHistory, bob, { channel, count: 1000 });
  const pages = [await follow(bob, channel), await follow(ann, channel)];
  for (const { page } of pages) await until("a live tail", () => page.snapshot.state === "live");
  expect(await host.push.subscribersOf((await run(channels.subscribeChannel, bob, { channel })).name)).toBe(2);
  for (let n = 1; n <= 400; n++) {
    await say(bob, channel, n === 77 ? "x".repeat(9_000) : { n });
    if (n % 40 === 20) await host.stop();
    if (n % 40 === 30) await host.restart();
  }
  for (const { page, seqs } of pages) {
    await until("all of them", () => page.snapshot.entries.length >= 400 && page.snapshot.state === "live");
    expect(seqs()).toEqual(upTo(400));
  }
});

test("a tail says that it is behind in the same moment as its page", { timeout: 20_000 }, async () => {
  const { bob } = await crew();
  const { page, live } = await follow(bob, "agent.bob.lost");
  await until("a live page with a live tail", () => live.state === "live" && page.snapshot.state === "live");
  await host.stop();
  await until("the page to notice", () => live.state === "stale");
  await new Promise(setImmediate);
  expect(page.snapshot.state).toBe("stale");
  await host.restart();
  await until("both to be back", () => live.state === "live" && page.snapshot.state === "live");
});

test("a revocation ends a tail at once with the server's words; whoever is still granted goes on under the new name", async () => {
  const { org, bob, ann } = await crew();
  const cleo = await createTestMember(runtime, org, "member", "Cleo");
  await as(runtime, cleo, holdOwnHandle);
  const channel = "agent.bob.secret";
  for (const handle of ["ann", "cleo"]) await run(channels.grantAccess, bob, { channel, handle });
  await run(channels.lockChannel, bob, { channel });
  const [anns, cleos] = [await follow(ann, channel), await follow(cleo, channel)];
  for (const { page } of [anns, cleos]) await until("a live tail", () => page.snapshot.state === "live");
  await say(bob, channel, "for both");
  await until("both to hear", () => anns.seqs().length === 1 && cleos.seqs().length === 1);
  await run(channels.revokeAccess, bob, { channel, handle: "ann" });
  await until("the end of her tail", () => anns.page.snapshot.state === "closed");
  expect(anns.page.snapshot.reason).toContain("request_channel_access");
  for (let n = 2; n <= 20; n++) await say(bob, channel, n);
  await until("the rest", () => cleos.seqs().length === 20);
  expect(cleos.seqs()).toEqual(upTo(20));
  expect(anns.seqs()).toEqual([1]);
});

test("what was not kept is told as a gap, and a message too large to push comes as a reference", async () => {
  const { bob, ann } = await crew();
  const channel = "agent.bob.long";
  for (let n = 1; n <= 5; n++) await say(bob, channel, n);
  await opened.db.execute("update channel_messages set published_at = now() - interval '5 minutes', is_pushed = true");
  await say(bob, channel, 6);
  const { page } = await follow(ann, channel);
  await until("a live tail", () => page.snapshot.state === "live" && page.snapshot.entries.length === 2);
  expect(page.snapshot.entries).toMatchObject([
    { kind: "gap", missed: 5, seq: 5 },
    { kind: "message", seq: 6 },
  ]);
  await say(bob, channel, "x".repeat(9_000));
  await until("the large one", () => page.snapshot.entries.length === 3);
  expect(page.snapshot.entries[2]).toMatchObject({ kind: "reference", seq: 7, message: { sender: "bob" } });
});
