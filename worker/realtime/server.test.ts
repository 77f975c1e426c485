import Pusher from "pusher";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPusherServer } from "./server.ts";
import { channelAuth } from "./signature.ts";
import { app, type Harness, once, startServer, subscribed, until } from "./test/harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startServer();
});
afterAll(() => harness.stop());

test("a page gets what is triggered on a public channel", async () => {
  const channel = await subscribed(harness.browser("ada"), "news");
  const heard = once(channel, "said");
  await harness.pusher.trigger("news", "said", { hello: "wörld ✓" });
  expect(await heard).toEqual({ hello: "wörld ✓" });
});

test("the sender's own socket can be left out", async () => {
  const [sender, other] = [harness.browser("ada"), harness.browser("bob")];
  const [a, b] = [await subscribed(sender, "but-me"), await subscribed(other, "but-me")];
  const seen: unknown[] = [];
  a.bind("note", (data: unknown) => seen.push(data));
  const heard = once(b, "note");
  await harness.pusher.trigger("but-me", "note", 1, { socket_id: sender.connection.socket_id });
  await harness.pusher.trigger("but-me", "note", 2);
  expect(await heard).toBe(1);
  await until("the second note", () => seen.length > 0);
  expect(seen).toEqual([2]);
});

test("an unsubscribed page gets nothing more", async () => {
  const client = harness.browser("ada");
  const gone = await subscribed(client, "left");
  const seen: unknown[] = [];
  gone.bind("note", (data: unknown) => seen.push(data));
  client.unsubscribe("left");
  const kept = await subscribed(client, "kept");
  const heard = once(kept, "note");
  await harness.pusher.triggerBatch([
    { channel: "left", name: "note", data: 1 },
    { channel: "kept", name: "note", data: 2 },
  ]);
  expect(await heard).toBe(2);
  expect(seen).toEqual([]);
});

test("members of a private channel speak to each other, and not to themselves", async () => {
  const a = await subscribed(harness.browser("ada"), "private-room");
  const b = await subscribed(harness.browser("bob"), "private-room");
  const echoes: unknown[] = [];
  a.bind("client-typing", (data: unknown) => echoes.push(data));
  const heard = once(b, "client-typing");
  a.trigger("client-typing", { on: true });
  expect(await heard).toEqual({ on: true });
  expect(echoes).toEqual([]);
});

test("a wrong signature opens nothing", async () => {
  const raw = harness.raw();
  await raw.socketId();
  raw.send({ event: "pusher:subscribe", data: { channel: "private-room", auth: `${app.key}:${"0".repeat(64)}` } });
  expect(await raw.next("pusher:subscription_error")).toMatchObject({ channel: "private-room", data: { status: 401 } });
});

test("presence counts people, not tabs, and tells who comes and goes", async () => {
  const [ada, ada2, bob] = [harness.browser("ada"), harness.browser("ada"), harness.browser("bob")];
  const room = await subscribed(ada, "presence-room");
  const came: unknown[] = [];
  room.bind("pusher:member_added", (member: { id: string }) => came.push(member.id));
  await subscribed(ada2, "presence-room");
  const members = bob.subscribe("presence-room");
  expect(await once(members, "pusher:subscription_succeeded")).toMatchObject({ count: 2, me: { id: "bob" } });
  await until("bob's arrival", () => came.length > 0);
  expect(came).toEqual(["bob"]);

  const users = await harness.pusher.get({ path: "/channels/presence-room/users" });
  expect(await users.json()).toEqual({ users: [{ id: "ada" }, { id: "bob" }] });

  const left = once(room, "pusher:member_removed");
  ada2.disconnect();
  bob.disconnect();
  expect(await left).toMatchObject({ id: "bob" });
  const state = await harness.pusher.get({ path: "/channels/presence-room", params: { info: "user_count" } });
  expect(await state.json()).toEqual({ occupied: true, user_count: 1 });
});

test("a cache channel greets a new subscriber with its last event", async () => {
  const early = harness.browser("ada").subscribe("private-cache-state");
  await once(early, "pusher:cache_miss");
  await harness.pusher.trigger("private-cache-state", "state", { version: 9 });
  const late = harness.browser("bob").subscribe("private-cache-state");
  expect(await once(late, "state")).toEqual({ version: 9 });
});

test("a signed-in user is reached on every connection by name, and by nobody else's", async () => {
  const ada = harness.browser("carol");
  ada.signin();
  await ada.user.signinDonePromise;
  await until("the user's channel", () => occupied("#server-to-user-carol"));
  const heard = once(ada.user, "note");
  await harness.pusher.sendToUser("carol", "note", { you: true });
  expect(await heard).toEqual({ you: true });

  const raw = harness.raw();
  await raw.socketId();
  raw.send({ event: "pusher:subscribe", data: { channel: "#server-to-user-carol" } });
  expect(await raw.next("pusher:subscription_error")).toMatchObject({ data: { status: 401 } });
});

test("ending a user's connections ends all of theirs and no other", async () => {
  const [signedIn, subscriber, other] = [harness.browser("dave"), harness.browser("dave"), harness.browser("erin")];
  signedIn.signin();
  await signedIn.user.signinDonePromise;
  await subscribed(subscriber, "private-team.t1");
  await subscribed(other, "private-team.t1");
  await harness.push.terminateUser("dave");
  await until("both to be disconnected", () =>
    [signedIn, subscriber].every((client) => client.connection.state === "disconnected"),
  );
  expect(other.connection.state).toBe("connected");
});

test("an encrypted channel carries what the server cannot read", async () => {
  const channel = "private-encrypted-safe";
  const sealing = new Pusher({
    appId: app.id,
    key: app.key,
    secret: app.secret,
    host: "127.0.0.1",
    port: String(harness.port),
    encryptionMasterKeyBase64: Buffer.alloc(32, 7).toString("base64"),
  });
  const raw = harness.raw();
  await raw.subscribe(channel, { auth: channelAuth(app, await raw.socketId(), channel) });
  await sealing.trigger(channel, "secret", "the launch code");
  const { data } = await raw.next("secret");
  expect(Object.keys(JSON.parse(String(data))).sort()).toEqual(["ciphertext", "nonce"]);
  expect(data).not.toContain("launch");

  raw.send({ event: "client-secret", channel, data: "in the clear" });
  expect(await raw.next("pusher:error")).toMatchObject({ data: { message: expect.stringContaining("cannot send") } });
});

test("pages find the next process by themselves and subscribe again", async () => {
  const first = await startServer();
  const client = first.browser("ada");
  const channel = await subscribed(client, "private-team.t1");
  const again = once(channel, "pusher:subscription_succeeded");
  await first.server.close();
  const second = createPusherServer({ app, allowedOrigins: [] });
  await second.listen(first.port, "127.0.0.1");
  await again;
  expect(second.stats()).toMatchObject({ connections: 1, channels: 1 });
  client.disconnect();
  await second.close();
  await first.stop();
});

async function occupied(channel: string): Promise<boolean> {
  const response = await harness.pusher.get({ path: "/channels" });
  const { channels } = await response.json();
  return channel in channels;
}
