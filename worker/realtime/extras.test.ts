import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test } from "vitest";
import PusherJs from "pusher-js";
import Pusher from "pusher";
import { Replays } from "./replays.ts";
import { app, startServer, subscribed, until } from "./test/harness.ts";
import { startWebhooks, type WebhookEvent } from "./webhooks.ts";

const hook = await startHook();
const harness = await startServer({ webhooks: { url: hook.url, gatherMs: 5, pausesMs: [5, 5, 5] } });
afterAll(async () => {
  await harness.stop();
  hook.close();
});

/** Somebody's server that takes webhooks; it can fail for a while. */
async function startHook() {
  const taken: { headers: Record<string, string>; body: string }[] = [];
  const state = { failures: 0, asked: 0 };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      state.asked += 1;
      if (state.failures > 0) {
        state.failures -= 1;
        return response.writeHead(500).end();
      }
      taken.push({
        headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
        body,
      });
      response.end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const events = () => taken.flatMap(({ body }): WebhookEvent[] => JSON.parse(body).events);
  return {
    ...{ taken, state, events, url: `http://127.0.0.1:${port}/hook` },
    of: (channel: string) => events().filter((event) => event.channel === channel),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A page that signs in with a watchlist, by the official libraries alone. */
function watcher(id: string, watchlist: string[]) {
  const client = new PusherJs(app.key, {
    ...{
      cluster: "",
      wsHost: "127.0.0.1",
      wsPort: harness.port,
      forceTLS: false,
      enabledTransports: ["ws"],
      disableStats: true,
    },
    userAuthentication: {
      ...{ transport: "ajax", endpoint: "" },
      customHandler: ({ socketId }, callback) =>
        callback(null, harness.pusher.authenticateUser(socketId, { id, watchlist })),
    },
  });
  const told: string[] = [];
  client.user.watchlist.bind("online", ({ user_ids }: { user_ids: string[] }) =>
    told.push(...user_ids.map((user) => `${user} on`)),
  );
  client.user.watchlist.bind("offline", ({ user_ids }: { user_ids: string[] }) =>
    told.push(...user_ids.map((user) => `${user} off`)),
  );
  client.signin();
  return { client, told };
}

test("whoever watches others is told who is online, and when that changes; tabs of one person count once", async () => {
  const ada = watcher("ada", ["bob", "eve"]);
  await until("the first word", () => ada.told.length === 2);
  expect(ada.told).toEqual(["bob off", "eve off"]);
  const bob = [watcher("bob", []), watcher("bob", ["ada"])];
  await until("bob to be online", () => ada.told.length === 3 && bob[1]?.told.length === 1);
  expect([ada.told.at(-1), bob[1]?.told]).toEqual(["bob on", ["ada on"]]);
  bob[0]?.client.disconnect();
  const eve = watcher("eve", []);
  await until("eve to be online", () => ada.told.at(-1) === "eve on");
  bob[1]?.client.disconnect();
  await until("bob to be offline", () => ada.told.at(-1) === "bob off");
  expect(ada.told).toEqual(["bob off", "eve off", "bob on", "eve on", "bob off"]);
  for (const { client } of [ada, eve]) client.disconnect();
});

test("a watchlist too long is refused with the protocol's code, and the sign-in holds", async () => {
  const raw = harness.raw();
  const data = { id: "zoe", watchlist: Array.from({ length: 101 }, (_, n) => String(n)) };
  raw.send({ event: "pusher:signin", data: harness.pusher.authenticateUser(await raw.socketId(), data) });
  await raw.next("pusher:signin_success");
  expect(await raw.next("pusher:error")).toMatchObject({ data: { code: 4302 } });
  expect(raw.closed).toBeUndefined();
});

test("subscribers of a channel are told how many they are; those of presence channels and the product's own are not", async () => {
  const [ada, bob] = [harness.browser("ada"), harness.browser("bob")];
  const counts: number[] = [];
  const channel = await subscribed(ada, "counted");
  channel.bind("pusher:subscription_count", ({ subscription_count }: { subscription_count: number }) =>
    counts.push(subscription_count),
  );
  await subscribed(bob, "counted");
  await until("two", () => counts.at(-1) === 2);
  expect(channel.subscriptionCount).toBe(2);
  bob.unsubscribe("counted");
  await until("one", () => counts.at(-1) === 1);
  const raw = harness.raw();
  const socketId = await raw.socketId();
  for (const name of ["presence-room", "private-org.1.0"]) {
    await raw.subscribe(
      name,
      harness.push.authorizeChannel({ socketId, channel: name, userId: "ada", askedAt: new Date() }),
    );
  }
  await raw.subscribe("counted");
  const counted = () => raw.messages.filter(({ event }) => event === "pusher_internal:subscription_count");
  await until("a count", () => counted().length > 0);
  const told = counted();
  expect(new Set(told.map(({ channel: name }) => name))).toEqual(new Set(["counted"]));
  for (const client of [ada, bob]) client.disconnect();
});

test("webhooks tell what happens on channels, in order and signed: the official library takes them", async () => {
  const [ada, bob] = [harness.browser("ada"), harness.browser("bob")];
  const room = "presence-hooked";
  const first = await subscribed(ada, room);
  await subscribed(bob, room);
  first.trigger("client-typing", { now: true });
  await until("the client event", () => hook.of(room).some(({ name }) => name === "client_event"));
  bob.disconnect();
  await until("bob to be gone", () => hook.of(room).some(({ name }) => name === "member_removed"));
  ada.unsubscribe(room);
  await until("the channel to be empty", () => hook.of(room).some(({ name }) => name === "channel_vacated"));
  expect(hook.of(room)).toEqual([
    { name: "channel_occupied", channel: room },
    { name: "member_added", channel: room, user_id: "ada" },
    { name: "member_added", channel: room, user_id: "bob" },
    {
      name: "client_event",
      channel: room,
      event: "client-typing",
      data: '{"now":true}',
      socket_id: ada.connection.socket_id,
      user_id: "ada",
    },
    { name: "member_removed", channel: room, user_id: "bob" },
    { name: "member_removed", channel: room, user_id: "ada" },
    { name: "channel_vacated", channel: room },
  ]);
  await subscribed(ada, "cache-hooked");
  await until("the miss", () => hook.of("cache-hooked").some(({ name }) => name === "cache_miss"));
  await until("the count", () => hook.of("cache-hooked").some(({ name }) => name === "subscription_count"));
  expect(hook.taken.length).toBeGreaterThan(1);
  for (const { headers, body } of hook.taken) {
    const request = { headers, rawBody: body };
    expect(harness.pusher.webhook(request).isValid()).toBe(true);
    expect(harness.pusher.webhook({ headers, rawBody: `${body} ` }).isValid()).toBe(false);
    const other = new Pusher({ appId: "1", key: app.key, secret: "another", host: "127.0.0.1" });
    expect(other.webhook(request).isValid()).toBe(false);
  }
  ada.disconnect();
});

test("a webhook that fails is tried again, and what comes meanwhile follows it in order", async () => {
  hook.state.failures = 2;
  const asked = hook.state.asked;
  const raw = harness.raw();
  await raw.subscribe("retried-1");
  await until("the first attempt", () => hook.state.asked > asked);
  await raw.subscribe("retried-2");
  await until("both", () => hook.of("retried-2").length > 0);
  const told = hook
    .events()
    .filter(({ name, channel }) => name === "channel_occupied" && channel.startsWith("retried"));
  expect(told.map(({ channel }) => channel)).toEqual(["retried-1", "retried-2"]);
});

test("an address that never answers does not keep a worker that stops, however much waits for it", async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/hook`;
  const webhooks = startWebhooks({ app, url, onError: () => {}, gatherMs: 1, lastMs: 100 });
  for (let n = 0; n < 300; n++) webhooks.report({ name: "channel_occupied", channel: `c${n}` });
  // One after the other they would take minutes, longer than a test may.
  await expect(webhooks.stop()).resolves.toBeUndefined();
  silent.closeAllConnections();
  silent.close();
});

test("a request of the HTTP API that was made before is refused; the same one twice at once is not", async () => {
  const body = JSON.stringify({ name: "e", channel: "replayed", data: "{}" });
  const path = `/apps/${app.id}/events`;
  const query = harness.pusher.createSignedQueryString({ method: "POST", path, body, params: {} });
  const send = async (at = query) =>
    (await fetch(`http://127.0.0.1:${harness.port}${path}?${at}`, { method: "POST", body })).status;
  expect(await Promise.all([send(), send()])).toEqual([200, 200]);
  const forged = query.replace(/auth_signature=./, (start) =>
    start.endsWith("0") ? "auth_signature=1" : "auth_signature=0",
  );
  expect(await send(forged)).toBe(401);
  await until("the moment to pass", async () => (await send()) === 401);
  // Another day, another signature: the same words are no replay.
  await until("a new second", async () => {
    const fresh = harness.pusher.createSignedQueryString({ method: "POST", path, body, params: {} });
    return fresh !== query && (await send(fresh)) === 200;
  });
});

test("what was seen is forgotten when its signature would be too old anyway", () => {
  const replays = new Replays(600);
  const signature = "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c";
  expect(replays.isReplay(signature, 0)).toBe(false);
  expect(replays.isReplay(signature, 1_999)).toBe(false);
  expect(replays.isReplay(signature, 2_001)).toBe(true);
  expect(replays.isReplay(signature, 1_199_999)).toBe(true);
  expect(replays.isReplay(signature, 1_200_001)).toBe(false);
});

test("a socket that asks for 100,000 channels gets its share and is told so; others are not disturbed", {
  timeout: 60_000,
}, async () => {
  const [greedy, healthy] = [harness.raw(), harness.raw()];
  await healthy.subscribe("calm");
  await greedy.socketId();
  let sent = 0;
  while (greedy.closed === undefined && sent < 100_000) {
    for (let n = 0; n < 200 && sent < 100_000; n++)
      greedy.send({ event: "pusher:subscribe", data: { channel: `greedy-${sent++}` } });
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until("the end", () => greedy.closed);
  expect(greedy.closed?.code).toBe(4100);
  expect(harness.server.stats().channels).toBeLessThan(600);
  await harness.push.triggerFrames([{ channel: "calm", event: "still", data: {} }]);
  await healthy.next("still");
});
