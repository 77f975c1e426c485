import { expect, test } from "vitest";
import { createPusherServer, type PusherServerOptions } from "./server.ts";
import { app, type Harness, RawClient, startServer, until } from "./test/harness.ts";

type Options = Partial<PusherServerOptions>;

async function closedWith(client: RawClient): Promise<number> {
  return (await until("a close", () => client.closed)).code;
}

/** Every code of the public protocol (pusher-websockets-protocol, "Error codes"), and how a client comes to it here. */
const codes: Record<number, (() => Promise<number>) | string> = {
  4000: () => refusedBy({ isSecure: ({ headers }) => headers["x-forwarded-proto"] === "https" }),
  4001: () => refusedBy({}, "/app/other?protocol=7"),
  4003: () => refusedBy({ isEnabled: () => false }),
  4004: () => refusedBy({ limits: { connectionQuota: 0 } }),
  4005: () => refusedBy({}, `/nowhere/${app.key}?protocol=7`),
  4006: () => refusedBy({}, `/app/${app.key}?protocol=seven`),
  4007: () => refusedBy({}, `/app/${app.key}?protocol=4`),
  4008: () => refusedBy({}, `/app/${app.key}`),
  4009: () => afterwards({}, (raw) => raw.send({ event: "pusher:signin", data: { auth: "no", user_data: "{}" } })),
  4100: () => refusedBy({ limits: { connections: 0 } }),
  4200: () => afterwards({}, (_raw, harness) => harness.server.close()),
  4201: () =>
    afterwards({ limits: { activityTimeoutSeconds: 0.05, pongTimeoutSeconds: 0.05 } }, (raw) => {
      raw.socket.pong = () => {};
    }),
  4202: "only for clients that cannot answer pings, of protocols that are not served (4007)",
  4301: () => told(({ client }) => client.send({ event: "client-x", channel: "private-room", data: 1 })),
  // Not in the list of the protocol, but documented with watchlists.
  4302: () =>
    told(({ client, harness, socketId }) => {
      const user = { id: "zoe", watchlist: Array.from({ length: 101 }, (_, n) => String(n)) };
      client.send({ event: "pusher:signin", data: harness.pusher.authenticateUser(socketId, user) });
    }),
};

const testable = Object.entries(codes).flatMap(([code, come]) =>
  typeof come === "string" ? [] : [{ code: Number(code), come }],
);
test.each(testable)("a client comes to $code as documented", async ({ code, come }) => expect(await come()).toBe(code));

test("of the documented codes only those of clients that are not served are never sent", () => {
  const never = Object.entries(codes).filter(([, come]) => typeof come === "string");
  expect(never.map(([code]) => Number(code))).toEqual([4202]);
});

async function refusedBy(options: Options, path = `/app/${app.key}?protocol=7`): Promise<number> {
  const harness = await startServer(options);
  const code = await closedWith(new RawClient(`ws://127.0.0.1:${harness.port}${path}`));
  expect(harness.server.stats()).toMatchObject({ connections: 0, refused: 1 });
  await harness.stop();
  return code;
}

async function afterwards(options: Options, act: (raw: RawClient, harness: Harness) => unknown): Promise<number> {
  const harness = await startServer(options);
  const raw = harness.raw();
  await raw.socketId();
  await act(raw, harness);
  const code = await closedWith(raw);
  await harness.stop();
  return code;
}

/** Codes that come in an event and leave the connection as it is. */
async function told(act: (known: { client: RawClient; harness: Harness; socketId: string }) => void): Promise<number> {
  const harness = await startServer({ limits: { clientEventsPerSecond: 0 } });
  const client = harness.raw();
  const socketId = await client.socketId();
  await client.subscribe("private-room", harness.pusher.authorizeChannel(socketId, "private-room"));
  act({ client, harness, socketId });
  const { data } = await client.next("pusher:error");
  expect(client.closed).toBeUndefined();
  await harness.stop();
  return data && typeof data === "object" && "code" in data ? Number(data.code) : 0;
}

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
