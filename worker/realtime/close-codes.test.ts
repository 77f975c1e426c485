import { expect, test } from "vitest";
import { createPusherServer } from "./server.ts";
import { app, RawClient, startServer, until } from "./test/harness.ts";

async function closedWith(client: RawClient): Promise<number> {
  return (await until("a close", () => client.closed)).code;
}

test("a connection that cannot be served is closed with the protocol's code", async () => {
  const harness = await startServer();
  const { port } = harness;
  const close = (path: string) => closedWith(new RawClient(`ws://127.0.0.1:${port}${path}`));
  expect(await close(`/app/other?protocol=7`)).toBe(4001);
  expect(await close(`/nowhere/${app.key}?protocol=7`)).toBe(4005);
  expect(await close(`//?protocol=7`)).toBe(4005);
  expect(await close(`/app/${app.key}?protocol=seven`)).toBe(4006);
  expect(await close(`/app/${app.key}?protocol=4`)).toBe(4007);
  expect(await close(`/app/${app.key}?protocol=8`)).toBe(4007);
  expect(await close(`/app/${app.key}`)).toBe(4008);
  expect(harness.server.stats()).toMatchObject({ connections: 0, refused: 7 });
  await harness.stop();
});

test("protocols 5, 6 and 7 are served, also below /realtime", async () => {
  const harness = await startServer();
  for (const protocol of [5, 6, 7]) {
    expect(await harness.raw(`?protocol=${protocol}`).socketId()).toMatch(/^\d+\.\d+$/);
  }
  const below = new RawClient(`ws://127.0.0.1:${harness.port}/realtime/app/${app.key}?protocol=7&client=js&version=8`);
  expect(await below.socketId()).toMatch(/^\d+\.\d+$/);
  below.socket.terminate();
  await harness.stop();
});

test("protocol 5 is told the code in an event too, newer ones by the close alone", async () => {
  const harness = await startServer();
  const [old, current] = [harness.raw("?protocol=5"), harness.raw("?protocol=7")];
  const badSignIn = { event: "pusher:signin", data: { auth: "no", user_data: '{"id":"1"}' } };
  for (const client of [old, current]) {
    await client.socketId();
    client.send(badSignIn);
    expect(await closedWith(client)).toBe(4009);
  }
  expect(old.messages.at(-1)).toMatchObject({ event: "pusher:error", data: { code: 4009 } });
  expect(current.messages.at(-1)?.event).toBe("pusher:connection_established");
  await harness.stop();
});

test("only pages of allowed origins connect", async () => {
  const harness = await startServer();
  const from = (Origin: string) => new RawClient(`${harness.url}?protocol=7`, { Origin });
  expect(await closedWith(from("https://evil.example"))).toBe(4009);
  expect(await closedWith(from("null"))).toBe(4009);
  const own = from("https://entourage.example");
  await own.socketId();
  own.socket.terminate();
  await harness.stop();
});

test("a second sign-in as somebody else ends the connection", async () => {
  const harness = await startServer();
  const raw = harness.raw();
  const socketId = await raw.socketId();
  raw.send({ event: "pusher:signin", data: harness.pusher.authenticateUser(socketId, { id: "ada" }) });
  await raw.next("pusher:signin_success");
  raw.send({ event: "pusher:signin", data: harness.pusher.authenticateUser(socketId, { id: "bob" }) });
  expect(await closedWith(raw)).toBe(4009);
  await harness.stop();
});

test("past its connections the server asks clients to come back later", async () => {
  const harness = await startServer({ limits: { connections: 2 } });
  await Promise.all([harness.raw().socketId(), harness.raw().socketId()]);
  expect(await closedWith(harness.raw())).toBe(4100);
  await harness.stop();
});

test("one address cannot take all connections, and gets its places back", async () => {
  const harness = await startServer({
    limits: { connectionsPerAddress: 2 },
    addressOf: (request) => String(request.headers["x-forwarded-for"]),
  });
  const from = (address: string) => new RawClient(`${harness.url}?protocol=7`, { "x-forwarded-for": address });
  const [first, second] = [from("203.0.113.9"), from("203.0.113.9")];
  await Promise.all([first.socketId(), second.socketId()]);
  expect(await closedWith(from("203.0.113.9"))).toBe(4100);
  const other = from("203.0.113.10");
  await other.socketId();
  first.socket.terminate();
  await until("the place to be free", () => harness.server.stats().connections === 2);
  const third = from("203.0.113.9");
  await third.socketId();
  for (const client of [second, other, third]) client.socket.terminate();
  await harness.stop();
});

test("a client that no longer answers pings is closed, one that does stays", async () => {
  const harness = await startServer({ limits: { activityTimeoutSeconds: 0.1, pongTimeoutSeconds: 0.2 } });
  const silent = new RawClient(`${harness.url}?protocol=7`);
  const alive = harness.raw();
  await Promise.all([silent.socketId(), alive.socketId()]);
  let pings = 0;
  silent.socket.pong = () => {};
  alive.socket.on("ping", () => {
    pings += 1;
  });
  expect(await closedWith(silent)).toBe(4201);
  await until("several pings to the other", () => pings > 2);
  expect(alive.closed).toBeUndefined();
  await harness.stop();
});

test("a server that stops sends its clients to the next one", async () => {
  const harness = await startServer();
  const raw = harness.raw();
  await raw.socketId();
  await harness.server.close();
  expect(await closedWith(raw)).toBe(4200);
  await harness.stop();
});

test("too many client events are refused, too many messages end the connection", async () => {
  const harness = await startServer({ limits: { clientEventsPerSecond: 2, messagesPerSecond: 100 } });
  const raw = harness.raw();
  const channel = "private-room";
  await raw.subscribe(channel, harness.pusher.authorizeChannel(await raw.socketId(), channel));
  for (let i = 0; i < 20; i++) raw.send({ event: "client-spam", channel, data: i });
  expect(await raw.next("pusher:error")).toMatchObject({ data: { code: 4301 } });
  expect(raw.closed).toBeUndefined();
  for (let i = 0; i < 300; i++) raw.send({ event: "pusher:ping" });
  expect(await closedWith(raw)).toBe(4100);
  await harness.stop();
});

test("an application id that Pusher's libraries cannot use is refused at the start", () => {
  expect(() => createPusherServer({ app: { ...app, id: "entourage" }, allowedOrigins: [] })).toThrow(
    "must be a number",
  );
});
