import { connectPusher } from "#server/realtime/pusher.ts";
import { expect, test } from "vitest";
import { app, startServer, until } from "./test/harness.ts";

const settings = { appId: app.id, key: app.key, secret: app.secret, host: "127.0.0.1", useTLS: false };

test("frames arrive in the order they were given, however many requests they take", async () => {
  const harness = await startServer();
  const raw = harness.raw();
  await raw.subscribe("a");
  const frames = Array.from({ length: 57 }, (_, i) => ({ channel: "a", event: "tick", data: { i } }));
  await harness.push.triggerFrames(frames);
  const ticks = () => raw.messages.filter(({ event }) => event === "tick");
  await until("57 ticks", () => ticks().length === 57);
  expect(ticks().map(({ data }) => JSON.parse(String(data)).i)).toEqual(frames.map(({ data }) => data.i));
  expect(frames[0]?.data).toEqual({ i: 0 });
  await harness.push.triggerFrames([]);
  await harness.stop();
});

test("a refusal says how far it came and does not show the signed address", async () => {
  const harness = await startServer();
  const good = Array.from({ length: 10 }, () => ({ channel: "a", event: "tick", data: 1 }));
  const failure = await harness.push
    .triggerFrames([...good, { channel: "a", event: "tick", data: "x".repeat(10_241) }])
    .catch((error) => error);
  expect(failure).toMatchObject({ name: "PushFailed", sent: 10, status: 413 });
  const stranger = connectPusher({ ...settings, port: harness.port, secret: "other" });
  const refused = await stranger.triggerFrames(good).catch((error) => error);
  expect(refused).toMatchObject({ status: 401, sent: 0 });
  expect(`${refused.stack} ${JSON.stringify(refused)}`).not.toContain("auth_signature=");
  stranger.close();
  await harness.stop();
  const unreachable = await harness.push.terminateUser("ada").catch((error) => error);
  expect(unreachable).toMatchObject({ name: "PushFailed", status: undefined });
});

test("for another host, subscriptions are signed as Pusher documents them", () => {
  const docs = { key: "278d425bdf160c739803", secret: "7ad3773142a6692b25b8" };
  const hosted = connectPusher({ ...settings, ...docs, port: 443, useTLS: true, isEmbedded: false });
  const request = { socketId: "1234.1234", channel: "private-foobar", userId: "ada", askedAt: new Date() };
  expect(hosted.authorizeChannel(request)).toEqual({
    auth: `${docs.key}:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4`,
  });
  const member = JSON.parse(hosted.authorizeChannel({ ...request, channel: "presence-foobar" }).channel_data ?? "{}");
  expect(member).toEqual({ user_id: "ada" });
  hosted.close();
});

test("a host without evictions says so instead of pretending", async () => {
  const hosted = connectPusher({ ...settings, port: 443, isEmbedded: false });
  expect(await hosted.evict("private-team.t1")).toBe(false);
  hosted.close();
});
