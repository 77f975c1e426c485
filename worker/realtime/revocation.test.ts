import { afterAll, beforeAll, expect, test } from "vitest";
import { channelAuth } from "./signature.ts";
import { app, type Harness, once, startServer, subscribed, until } from "./test/harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startServer({ limits: { authorizationSeconds: 2 } });
});
afterAll(() => harness.stop());

const subscribe = (channel: string, auth: object) => ({ event: "pusher:subscribe", data: { channel, ...auth } });

test("an evicted user is told and hears nothing more; the others stay", async () => {
  const channel = "private-team.t1";
  const [ada, bob] = [
    await subscribed(harness.browser("ada"), channel),
    await subscribed(harness.browser("bob"), channel),
  ];
  const seen: unknown[] = [];
  ada.bind("change", (data: unknown) => seen.push(data));
  const told = once(ada, "pusher:subscription_error");
  const heard = once(bob, "change");
  expect(await harness.push.evict(channel, "ada")).toBe(true);
  await harness.push.triggerFrames([{ channel, event: "change", data: { seq: 1 } }]);
  expect(await told).toMatchObject({ status: 403 });
  expect(await heard).toEqual({ seq: 1 });
  expect(seen).toEqual([]);
});

test("a whole channel can be closed, and whoever may still come asks again", async () => {
  const channel = "private-team.t2";
  const client = harness.browser("ada");
  const told = once(await subscribed(client, channel), "pusher:subscription_error");
  await harness.push.evict(channel);
  expect(await told).toMatchObject({ status: 403 });
  client.unsubscribe(channel);
  await subscribed(client, channel);
});

test("an authorization asked for before the revocation is worth nothing after it", async () => {
  const channel = "private-team.t3";
  const raw = harness.raw();
  const request = { socketId: await raw.socketId(), channel, userId: "ada" };
  const early = harness.push.authorizeChannel({ ...request, askedAt: new Date() });
  await harness.push.evict(channel, "ada");
  raw.send(subscribe(channel, early));
  expect(await raw.next("pusher:subscription_error")).toMatchObject({ data: { status: 401 } });
  await until("the clock to move on", () => Date.now() > JSON.parse(early.channel_data ?? "{}").issued_at + 5);
  await raw.subscribe(channel, harness.push.authorizeChannel({ ...request, askedAt: new Date() }));
});

test("when a user's connections are ended, nothing signed for them before opens anything", async () => {
  const [idle, signingIn] = [harness.raw(), harness.raw()];
  const channel = "private-team.t6";
  const given = { userId: "frank", askedAt: new Date() };
  const subscription = harness.push.authorizeChannel({ ...given, channel, socketId: await idle.socketId() });
  const signIn = harness.push.authenticateUser({ ...given, socketId: await signingIn.socketId() });
  await harness.push.terminateUser("frank");
  idle.send(subscribe(channel, subscription));
  expect(await idle.next("pusher:subscription_error")).toMatchObject({ data: { status: 401 } });
  signingIn.send({ event: "pusher:signin", data: signIn });
  expect(await until("a close", () => signingIn.closed)).toMatchObject({ code: 4009 });
});

test("on the product's channels an authorization is dated, and good for a short time", async () => {
  const channel = "private-org.o1";
  const raw = harness.raw();
  const socketId = await raw.socketId();
  raw.send(subscribe(channel, { auth: channelAuth(app, socketId, channel) }));
  expect(await raw.next("pusher:subscription_error")).toMatchObject({
    data: { error: expect.stringContaining("its time") },
  });
  raw.messages.length = 0;
  const old = { socketId, channel, userId: "ada", askedAt: new Date(Date.now() - 3_000) };
  raw.send(subscribe(channel, harness.push.authorizeChannel(old)));
  expect(await raw.next("pusher:subscription_error")).toMatchObject({
    data: { error: expect.stringContaining("too old") },
  });
});

test("an undated authorization cannot be used again after an eviction", async () => {
  const channel = "private-room";
  const raw = harness.raw();
  const auth = { auth: channelAuth(app, await raw.socketId(), channel) };
  await raw.subscribe(channel, auth);
  await harness.push.evict(channel);
  await raw.next("pusher:subscription_error");
  raw.messages.length = 0;
  raw.send(subscribe(channel, auth));
  expect(await raw.next("pusher:subscription_error")).toMatchObject({
    data: { error: expect.stringContaining("revoked") },
  });
});

test("an authorization is good for its own socket and channel only", async () => {
  const [raw, thief] = [harness.raw(), harness.raw()];
  await thief.socketId();
  const request = { socketId: await raw.socketId(), channel: "private-team.t4", userId: "ada", askedAt: new Date() };
  const auth = harness.push.authorizeChannel(request);
  thief.send(subscribe("private-team.t4", auth));
  expect(await thief.next("pusher:subscription_error")).toMatchObject({ data: { status: 401 } });
  raw.send(subscribe("private-team.t5", auth));
  expect(await raw.next("pusher:subscription_error")).toMatchObject({ data: { status: 401 } });
});

test("eviction is behind the same signature as the rest", async () => {
  const url = `http://127.0.0.1:${harness.port}/apps/${app.id}/channels/private-team.t1/evict`;
  expect((await fetch(url, { method: "POST" })).status).toBe(401);
});
