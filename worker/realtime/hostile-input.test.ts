import { createHash } from "node:crypto";
import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { channelAuth, requestSignature } from "./signature.ts";
import type { Log } from "./sockets.ts";
import { app, type Harness, startServer, until } from "./test/harness.ts";

const failures: string[] = [];
const log: Log = {
  info() {},
  warn() {},
  error: (fields, message) => failures.push(`${message} ${JSON.stringify(fields)}`),
};

let harness: Harness;
beforeAll(async () => {
  harness = await startServer({ log, limits: { messagesPerSecond: 100_000 } });
});
afterAll(() => harness.stop());

async function status(path: string, body: string): Promise<number> {
  const query = harness.pusher.createSignedQueryString({ method: "POST", path, body });
  const response = await fetch(`http://127.0.0.1:${harness.port}${path}?${query}`, { method: "POST", body });
  await response.text();
  return response.status;
}

test("no message of a client is a fault of the server", async () => {
  const raw = harness.raw();
  await raw.socketId();
  const names = ["pusher:subscribe", "pusher:unsubscribe", "pusher:signin", "pusher:ping", "client-x", "__proto__"];
  // Without user_data: a well-formed sign-in with a wrong signature rightly ends the connection.
  const parts = fc.record(
    {
      event: fc.oneof(fc.constantFrom(...names), fc.jsonValue()),
      channel: fc.oneof(fc.constantFrom("a", "private-a", "presence-a", "#server-to-user-"), fc.jsonValue()),
      data: fc.oneof(
        fc.jsonValue(),
        fc.json(),
        fc.record({ channel: fc.string(), auth: fc.string(), channel_data: fc.json() }),
      ),
    },
    { requiredKeys: [] },
  );
  const texts = fc.oneof(
    parts.map((value) => JSON.stringify(value)),
    fc.string(),
    fc.jsonValue().map((v) => JSON.stringify(v)),
  );
  fc.assert(
    fc.property(texts, (text) => {
      raw.socket.send(text);
    }),
    { numRuns: 2_000 },
  );
  raw.socket.send(`${"[".repeat(30_000)}${"]".repeat(30_000)}`);
  raw.socket.send(Buffer.from([1, 2, 3]));
  raw.send({ event: "pusher:ping" });
  await raw.next("pusher:pong");
  expect(raw.closed).toBeUndefined();
  expect(failures).toEqual([]);
});

test("a ping needs no data", async () => {
  const raw = harness.raw();
  await raw.socketId();
  raw.socket.send('{"event":"pusher:ping"}');
  expect(await raw.next("pusher:pong")).toMatchObject({ data: "{}" });
});

test("signed channel data that is not an object with a user is refused", async () => {
  const raw = harness.raw();
  const socketId = await raw.socketId();
  for (const channel_data of ["", "null", "[]", '"x"', "{}", '{"user_id":""}', "{", '{"user_id":{}}']) {
    const auth = channelAuth(app, socketId, "presence-a", channel_data);
    raw.send({ event: "pusher:subscribe", data: { channel: "presence-a", auth, channel_data } });
  }
  await until(
    "eight refusals",
    () => raw.messages.filter(({ event }) => event === "pusher:subscription_error").length === 8,
  );
  expect(failures).toEqual([]);
});

test("a message too large, and a frame against WebSocket's rules, end that connection only", async () => {
  const [big, other] = [harness.raw(), harness.raw()];
  await Promise.all([big.socketId(), other.socketId()]);
  big.send({ event: "client-x", data: "x".repeat(100_000) });
  expect(await until("a close", () => big.closed)).toMatchObject({ code: 1009 });

  const broken = connect(harness.port, "127.0.0.1");
  broken.on("error", () => {});
  broken.write(
    `GET /app/${app.key}?protocol=7 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${Buffer.alloc(16).toString("base64")}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  broken.once("data", () => broken.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff])));
  await new Promise((resolve) => broken.once("close", resolve).resume());
  expect(other.closed).toBeUndefined();
  expect(failures).toEqual([]);
});

test("clients cannot speak on the product's own channels", async () => {
  const raw = harness.raw();
  const socketId = await raw.socketId();
  let refusals = 0;
  for (const channel of ["private-org.1", "private-team.1", "private-user.1"]) {
    await raw.subscribe(
      channel,
      harness.push.authorizeChannel({ socketId, channel, userId: "ada", askedAt: new Date() }),
    );
    const listener = harness.raw();
    const auth = { socketId: await listener.socketId(), channel, userId: "bob", askedAt: new Date() };
    await listener.subscribe(channel, harness.push.authorizeChannel(auth));
    raw.send({ event: "client-forged", channel, data: {} });
    refusals += 1;
    await until("the refusal", () => raw.messages.filter(({ event }) => event === "pusher:error").length === refusals);
    await harness.push.triggerFrames([{ channel, event: "real", data: {} }]);
    await listener.next("real");
    expect(listener.messages.map(({ event }) => event)).not.toContain("client-forged");
  }
});

test("the HTTP API answers every malformed request with what is wrong", async () => {
  const events = `/apps/${app.id}/events`;
  const event = (fields: object) => JSON.stringify({ name: "e", channel: "c", data: "{}", ...fields });
  expect(await status(events, event({}))).toBe(200);
  expect(await status(events, "{")).toBe(400);
  expect(await status(events, "[]")).toBe(400);
  expect(await status(events, event({ data: {} }))).toBe(400);
  expect(await status(events, event({ name: "n".repeat(201) }))).toBe(400);
  expect(await status(events, event({ channel: "c".repeat(201) }))).toBe(400);
  expect(await status(events, event({ channel: "with space" }))).toBe(400);
  expect(await status(events, event({ channel: undefined }))).toBe(400);
  expect(await status(events, event({ channels: Array(101).fill("c") }))).toBe(400);
  expect(await status(events, event({ channels: Array(100).fill("c") }))).toBe(200);
  expect(await status(events, event({ data: "x".repeat(10_241) }))).toBe(413);
  expect(await status(events, event({ data: "x".repeat(10_240) }))).toBe(200);
  expect(await status(events, event({ data: "x".repeat(2_000_000) }))).toBe(413);
  const batch = (count: number) =>
    JSON.stringify({ batch: Array(count).fill({ name: "e", channel: "c", data: "{}" }) });
  expect(await status(`/apps/${app.id}/batch_events`, batch(10))).toBe(200);
  expect(await status(`/apps/${app.id}/batch_events`, batch(11))).toBe(400);
  expect(await status(`/apps/${app.id}/batch_events`, batch(0))).toBe(400);
  expect(await status(`/apps/${app.id}/nothing`, "{}")).toBe(404);
  expect(await status("/apps/2/events", event({}))).toBe(404);
  const unsigned = await fetch(`http://127.0.0.1:${harness.port}${events}`, { method: "POST", body: event({}) });
  expect(unsigned.status).toBe(401);
  expect(await unsigned.json()).toEqual({ error: "unknown auth_key" });
  expect((await fetch(`http://127.0.0.1:${harness.port}/healthz`)).status).toBe(200);
  expect(failures).toEqual([]);
});

test("a channel's attributes are told only where they exist", async () => {
  const ask = (path: string, params = {}) =>
    harness.pusher.get({ path, params }).then(
      (response) => response.status,
      (error) => error.status,
    );
  expect(await ask("/channels/news/users")).toBe(400);
  expect(await ask("/channels/news", { info: "user_count" })).toBe(400);
  expect(await ask("/channels", { info: "user_count" })).toBe(400);
  expect(await ask("/channels", { info: "user_count", filter_by_prefix: "presence-" })).toBe(200);
  expect(await ask("/channels/news", { info: "subscription_count" })).toBe(200);
});

test("connections that are opened and never say what they want are cut, and disturb nobody", async () => {
  const own = await startServer({ limits: { headersSeconds: 0.3 } });
  const good = own.raw();
  await good.subscribe("calm");
  const half = Array.from({ length: 100 }, (_, n) => {
    const socket = connect(own.port, "127.0.0.1");
    socket.on("error", () => {});
    // Some say nothing at all, some stop in the middle of the upgrade.
    if (n % 2 === 0) socket.write(`GET /app/${app.key}?protocol=7 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n`);
    return socket.resume();
  });
  await own.push.triggerFrames([{ channel: "calm", event: "meanwhile", data: {} }]);
  await good.next("meanwhile");
  await until("all to be cut", () => half.every((socket) => socket.closed));
  expect(own.server.stats()).toMatchObject({ connections: 1, refused: 0 });
  expect(good.closed).toBeUndefined();
  await own.stop();
});

test("a socket that is closed on one side only is gone", async () => {
  const own = await startServer();
  const half = connect({ port: own.port, host: "127.0.0.1", allowHalfOpen: true });
  half.on("error", () => {});
  half.write(
    `GET /app/${app.key}?protocol=7 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${Buffer.alloc(16).toString("base64")}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  half.resume();
  await until("it to be there", () => own.server.stats().connections === 1);
  half.end();
  await until("it to be gone", () => own.server.stats().connections === 0);
  expect(own.server.stats().channels).toBe(0);
  half.destroy();
  await own.stop();
});

test("a clock that is off by an hour, in either direction, opens nothing and sends nothing", async () => {
  const raw = harness.raw();
  const socketId = await raw.socketId();
  const hour = 3_600_000;
  for (const [n, offMs] of [-hour, hour].entries()) {
    const channel = `private-team.clock${n}`;
    const ask = { socketId, channel, userId: "ada", askedAt: new Date(Date.now() + offMs) };
    raw.send({ event: "pusher:subscribe", data: { channel, ...harness.push.authorizeChannel(ask) } });
    const refused = () =>
      raw.messages.find(({ event, channel: on }) => event === "pusher:subscription_error" && on === channel);
    expect(await until("the refusal", refused)).toMatchObject({
      data: { status: 401, error: expect.stringContaining("too old") },
    });
    const path = `/apps/${app.id}/events`;
    const body = JSON.stringify({ name: "e", channel: "c", data: "{}" });
    const auth_timestamp = String(Math.floor((Date.now() + offMs) / 1_000));
    const query = signedAt(path, body, auth_timestamp);
    const answer = await fetch(`http://127.0.0.1:${harness.port}${path}?${query}`, { method: "POST", body });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({
      error: expect.stringMatching(/auth_timestamp is 3(599|600|601) s from this/),
    });
  }
});

test("no forged signature is taken, whatever its shape", async () => {
  const raw = harness.raw();
  const socketId = await raw.socketId();
  const channel = "private-forged";
  const { auth } = harness.pusher.authorizeChannel(socketId, channel);
  const [key = "", signature = ""] = auth.split(":");
  const forged = [
    ...["", ":", key, `${key}:`, signature, `${key}:${signature.toUpperCase()}`, `${key}:${signature} `, ` ${auth}`],
    ...[`other:${signature}`, `${key}:${signature.slice(0, -1)}`, `${key}:${signature}0`, `${key}::${signature}`],
    harness.pusher.authorizeChannel(socketId, "private-other").auth,
    harness.pusher.authorizeChannel("1.1", channel).auth,
    harness.pusher.authorizeChannel(socketId, channel, { user_id: "ada" }).auth,
    harness.pusher.authenticateUser(socketId, { id: "ada" }).auth,
  ];
  for (const wrong of forged) raw.send({ event: "pusher:subscribe", data: { channel, auth: wrong } });
  const refusals = () => raw.messages.filter(({ event }) => event === "pusher:subscription_error");
  await until("every refusal", () => refusals().length === forged.length);
  expect(raw.messages.some(({ event }) => event === "pusher_internal:subscription_succeeded")).toBe(false);
  await raw.subscribe(channel, { auth });
});

function signedAt(path: string, body: string, auth_timestamp: string): URLSearchParams {
  const query = new URLSearchParams({
    ...{ auth_key: app.key, auth_timestamp, auth_version: "1.0" },
    body_md5: createHash("md5").update(body).digest("hex"),
  });
  query.set("auth_signature", requestSignature(app.secret, { method: "POST", path, query }));
  return query;
}
