import { sql } from "drizzle-orm";
import { afterEach, expect, test } from "vitest";
import * as channels from "#server/channels/operations.ts";
import { holdOwnHandle } from "#server/channels/handles.ts";
import type { Actor } from "#server/context.ts";
import { record } from "#server/events/record.ts";
import { authorizeSubscription } from "#server/realtime/authorize.ts";
import { openListening } from "#server/channels/listening.ts";
import { as, createTestMember, createTestOrg, openTestRuntime, type TestOrg } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { RawClient, until } from "../realtime/test/harness.ts";
import { startHost } from "../test/live.ts";
import { startChannelRelay } from "./relay.ts";

const opened = await openTestRuntime();
const settings = { ...opened.runtime.settings, channelRate: 1000 };
const unheard = { ...opened.runtime, settings };
const runtime = { ...unheard, listening: openListening({ ...unheard, onError: () => {} }) };
const { run } = workIn(runtime);
const host = await startHost();
const { url, db } = opened;
/** How often the tests of revocation try: `npm run test:full` a thousand times. */
const tries = process.env.ENTOURAGE_TEST_FULL === "1" ? 1_000 : 12;

const parts = new Set<{ stop(): Promise<void> }>();
const start = (push = host.push) => {
  const relay = startChannelRelay(runtime, { url, push, onError: () => {} });
  parts.add(relay);
  return relay;
};
afterEach(async () => {
  for (const part of parts) await part.stop();
  parts.clear();
});

async function crew() {
  const org = await createTestOrg(runtime);
  const [bob, ann] = [
    await createTestMember(runtime, org, "member", "Bob"),
    await createTestMember(runtime, org, "member", "Ann"),
  ];
  for (const actor of [bob, ann]) await as(runtime, actor, holdOwnHandle);
  return { org, bob, ann };
}

const say = (actor: Actor, channel: string, payload: unknown) => run(channels.publish, actor, { channel, payload });

interface Told {
  seq: number;
  payload?: unknown;
  reference?: true;
}

/** A page of somebody, subscribed to a channel as the dashboard does; it does not follow when the channel is renamed. */
async function listen(actor: Actor, channel: string) {
  const client = new RawClient(`ws://127.0.0.1:${host.port}/app/test-key?protocol=7`);
  const socketId = await client.socketId();
  const { name, seq } = await run(channels.subscribeChannel, actor, { channel });
  const signed = await authorizeSubscription(runtime, host.push, actor, {
    socketId,
    channel: name,
    askedAt: new Date(),
    requestId: "test",
  });
  await client.subscribe(name, signed);
  const heard = () =>
    client.messages.filter(({ event }) => event === "message").map(({ data }): Told => JSON.parse(String(data)));
  return { client, name, seq, heard, close: () => client.socket.terminate() };
}

test("what is published reaches every subscriber, in order; what is too large for a push comes as a word to read it", async () => {
  start();
  const { bob, ann } = await crew();
  const pages = [await listen(bob, "agent.bob.news"), await listen(ann, "agent.bob.news")];
  for (let n = 1; n <= 30; n++) await say(bob, "agent.bob.news", n === 7 ? "x".repeat(9_000) : { n });
  for (const page of pages) {
    await until("all messages", () => page.heard().length === 30);
    expect(page.heard().map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(page.heard()[6]).toMatchObject({ seq: 7, channel: "agent.bob.news", sender: "bob", reference: true });
    expect(page.heard()[7]).toMatchObject({ seq: 8, payload: { n: 8 }, timestamp: expect.stringMatching(/Z$/) });
    page.close();
  }
});

test.each([
  { how: "by the embedded server, which ends the subscription", push: host.push },
  { how: "by the channel's new name alone, as on any host", push: { ...host.push, evict: async () => false } },
])(
  "once a lock or a revocation is answered, nobody it shuts out gets another message: $how",
  {
    timeout: 120_000 + tries * 1_000,
  },
  async ({ push }) => {
    start(push);
    const { bob, ann } = await crew();
    const channel = "agent.bob.secret";
    await run(channels.grantAccess, bob, { channel, handle: "ann" });
    await run(channels.lockChannel, bob, { channel });
    let late = 0;
    let heard = 0;
    for (let attempt = 0; attempt < tries; attempt++) {
      const page = await listen(ann, channel);
      let isOver = false;
      // Somebody who never stops speaking.
      const speaking = (async () => {
        while (!isOver) await say(bob, channel, attempt);
      })();
      await until("a first message", () => page.heard().length > 0);
      const narrow = attempt % 2 === 0 ? channels.revokeAccess : channels.lockChannel;
      if (attempt % 2 === 1) {
        await run(channels.revokeAccess, bob, { channel, handle: "ann" });
        await run(channels.unlockChannel, bob, { channel });
      }
      const { ended } = await run(narrow as typeof channels.revokeAccess, bob, {
        channel,
        ...(attempt % 2 === 0 && { handle: "ann" }),
      });
      expect(ended).toBe(true);
      const known = page.heard().length;
      const { seq } = await say(bob, channel, "after");
      await until("the last message to be pushed", async () => isPushed(bob.orgId, seq));
      isOver = true;
      await speaking;
      late += page.heard().length - known;
      heard += known;
      await expect(
        authorizeSubscription(runtime, host.push, ann, {
          socketId: "1.2",
          channel: page.name,
          askedAt: new Date(),
          requestId: "test",
        }),
      ).rejects.toMatchObject({ code: "forbidden" });
      page.close();
      await run(channels.grantAccess, bob, { channel, handle: "ann" });
      await run(channels.lockChannel, bob, { channel });
    }
    expect(heard).toBeGreaterThan(tries);
    expect(late).toBe(0);
  },
);

test("on a host that cannot end subscriptions the old name falls silent, and those who may stay follow to the new one", async () => {
  start({ ...host.push, evict: () => Promise.resolve(false) });
  const { bob, ann } = await crew();
  const [ours, theirs] = [await listen(bob, "agent.bob.x"), await listen(ann, "agent.bob.x")];
  await say(bob, "agent.bob.x", 1);
  await until("both to hear", () => ours.heard().length === 1 && theirs.heard().length === 1);
  expect(await run(channels.lockChannel, bob, { channel: "agent.bob.x" })).toMatchObject({ ended: true });
  await until("a word that it moved", () => ours.client.messages.some(({ event }) => event === "moved"));
  const again = await listen(bob, "agent.bob.x");
  expect(again.name).not.toBe(ours.name);
  await say(bob, "agent.bob.x", 2);
  await until("the new name to hear", () => again.heard().length === 1);
  expect([ours.heard().length, theirs.heard().length]).toEqual([1, 1]);
  for (const page of [ours, theirs, again]) page.close();
});

test("of two workers one pushes; when it dies the other goes on, and nothing is lost", async () => {
  const first = start();
  start();
  const { bob } = await crew();
  const page = await listen(bob, "agent.bob.long");
  for (let n = 1; n <= 20; n++) {
    await say(bob, "agent.bob.long", n);
    if (n === 10) {
      await first.stop();
      parts.delete(first);
    }
  }
  await until("all of them", () => new Set(page.heard().map(({ seq }) => seq)).size === 20);
  page.close();
});

test("a realtime host that is away gets everything in order when it is back, and a lock meanwhile says that it is not done", {
  timeout: 60_000,
}, async () => {
  const { bob, ann } = await crew();
  const page = await listen(ann, "agent.bob.x");
  page.close();
  await host.stop();
  start();
  for (let n = 1; n <= 5; n++) await say(bob, "agent.bob.x", n);
  expect(await run(channels.lockChannel, bob, { channel: "agent.bob.x" })).toMatchObject({
    ended: false,
    channel: { locked: true },
  });
  await host.restart();
  const own = await listen(bob, "agent.bob.x");
  await until("the rest to be pushed", () => isPushed(bob.orgId, 5));
  await expect(run(channels.subscribeChannel, ann, { channel: "agent.bob.x" })).rejects.toMatchObject({
    code: "forbidden",
  });
  own.close();
});

test("nobody speaks on a channel past the operation, whoever is subscribed", async () => {
  start();
  const { bob, ann } = await crew();
  const [ours, theirs] = [await listen(bob, "agent.bob.x"), await listen(ann, "agent.bob.x")];
  for (const { client, name } of [ours, theirs])
    client.send({ event: "client-message", channel: name, data: { seq: 1, payload: "forged" } });
  for (const { client } of [ours, theirs])
    expect(await client.next("pusher:error")).toMatchObject({
      data: { message: expect.stringContaining("cannot send events") },
    });
  await say(bob, "agent.bob.x", "real");
  await until("the real one", () => ours.heard().length === 1 && theirs.heard().length === 1);
  for (const page of [ours, theirs]) page.close();
});

test("the name of a channel is signed for those who may hear it now, and for nobody of another organization", async () => {
  const { org, bob, ann } = await crew();
  const other = await createTestOrg(runtime);
  const { name } = await run(channels.subscribeChannel, bob, { channel: "agent.bob.x" });
  const ask = (actor: Actor, channel: string) =>
    authorizeSubscription(runtime, host.push, actor, {
      socketId: "1.2",
      channel,
      askedAt: new Date(),
      requestId: "test",
    });
  for (const actor of [bob, ann, org.owner]) await expect(ask(actor, name)).resolves.toHaveProperty("auth");
  for (const [actor, channel] of [
    [other.owner, name],
    [{ ...ann, keyId: "01a00000-0000-7000-8000-000000000000" }, name],
    [ann, name.replace(/\d+$/, "7")],
    [ann, name.replace(/\.\d+\.\d+$/, ".7.0")],
    [ann, `${name}.0`],
    [ann, name.replace(/[0-9a-f]{12}\./, "000000000000.")],
  ] as const) {
    await expect(ask(actor, channel)).rejects.toMatchObject({ code: "forbidden" });
  }
});

test("a waiting read is answered by the next message, and ends at once when its channel is locked", async () => {
  const { bob, ann } = await crew();
  const wait = (actor: Actor, channel: string) =>
    run(channels.readChannel, actor, { channels: [{ channel }, { channel: "public.idle" }], timeoutSeconds: 50 });
  const reading = wait(ann, "agent.bob.x");
  await until("the reader to wait", () => runtime.listening.waiting() === 1);
  await say(bob, "agent.bob.x", "news");
  expect(await reading).toMatchObject({
    count: 1,
    messages: [{ payload: "news" }],
    channels: [{ since: 1 }, { since: 0 }],
  });
  const shut = wait(ann, "agent.bob.x").catch((error: unknown) => error);
  const own = wait(bob, "agent.bob.x");
  await until("both to wait", () => runtime.listening.waiting() === 2);
  await run(channels.lockChannel, bob, { channel: "agent.bob.x" });
  expect(await shut).toMatchObject({ code: "forbidden" });
  await say(bob, "agent.bob.x", "mine");
  expect(await own).toMatchObject({ messages: [{ payload: "mine" }] });
});

test("a waiting read ends with the membership of whoever waits", async () => {
  const { org, ann } = await crew();
  const reading = run(channels.readChannel, ann, { channels: [{ channel: "public.x" }], timeoutSeconds: 50 }).catch(
    (error: unknown) => error,
  );
  await until("the reader to wait", () => runtime.listening.waiting() === 1);
  await leave(org, ann);
  expect(await reading).toMatchObject({ code: "unauthenticated" });
});

const isPushed = async (orgId: string, seq: number) => {
  const [row] = await db.execute(
    sql`select 1 from channel_messages where org_id = ${orgId} and seq = ${seq} and is_pushed`,
  );
  return row !== undefined;
};

async function leave(org: TestOrg, person: Actor) {
  await as(runtime, org.owner, (context) => record(context, "member.deactivated", [{ subject: person.id, data: {} }]));
}
