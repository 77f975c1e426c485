import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { app, RawClient, startServer, until } from "./test/harness.ts";

test("1,000 subscribers get every one of 200 events, each in order", { timeout: 60_000 }, async () => {
  const harness = await startServer();
  const clients: Counter[] = [];
  for (let i = 0; i < 1_000; i++) clients.push(new Counter(harness.url));
  await until("1,000 subscriptions", () => clients.every((client) => client.isSubscribed));
  for (let i = 0; i < 200; i += 10) {
    const frames = Array.from({ length: 10 }, (_, offset) => ({ channel: "load", event: "tick", data: i + offset }));
    await harness.push.triggerFrames(frames);
  }
  await until("200,000 deliveries", () => clients.every((client) => client.ticks === 200));
  expect(clients.filter((client) => client.outOfOrder > 0)).toEqual([]);
  const { frames, writes, slowReadersCut } = harness.server.stats();
  expect(frames).toBeGreaterThanOrEqual(200_000);
  // Ten frames of a turn leave in one write; without joining there would be as many writes as frames.
  expect(writes).toBeLessThan(frames / 4);
  expect(slowReadersCut).toBe(0);
  for (const client of clients) client.socket.terminate();
  await harness.stop();
});

test("frames of every size arrive whole and in order, between pings and pongs", async () => {
  const harness = await startServer({ limits: { dataBytes: 200_000 } });
  const raw = harness.raw();
  await raw.subscribe("sizes");
  const sizes = [0, 1, 90, 100, 125, 126, 127, 1_000, 65_000, 65_535, 65_536, 70_000, 100_000, 3];
  let pongs = 0;
  raw.socket.on("pong", () => {
    pongs += 1;
  });
  for (const size of sizes) {
    raw.socket.ping();
    await harness.push.triggerFrames([
      { channel: "sizes", event: "sized", data: "é".repeat(Math.floor(size / 2)) + "x".repeat(size % 2) },
    ]);
  }
  const sized = () => raw.messages.filter(({ event }) => event === "sized");
  await until("all sizes", () => sized().length === sizes.length && pongs === sizes.length);
  expect(sized().map(({ data }) => Buffer.byteLength(String(data)))).toEqual(sizes);
  await harness.stop();
});

test("a reader that does not read is cut at the limit, and the others lose nothing", async () => {
  const harness = await startServer({ limits: { queuedBytes: 262_144, eventsPerBatch: 10 } });
  const slow = await openDeafSocket(harness.port);
  const good = harness.raw();
  await good.subscribe("load");
  await until("both subscriptions", async () => {
    const response = await harness.pusher.get({ path: "/channels/load", params: { info: "subscription_count" } });
    return (await response.json()).subscription_count === 2;
  });
  const data = "x".repeat(10_000);
  let sent = 0;
  while (harness.server.stats().slowReadersCut === 0 && sent < 5_000) {
    await harness.push.triggerFrames(Array(10).fill({ channel: "load", event: "big", data }));
    sent += 10;
  }
  expect(harness.server.stats()).toMatchObject({ slowReadersCut: 1, connections: 1 });
  await until("every event", () => good.messages.filter(({ event }) => event === "big").length === sent);
  slow.destroy();
  await harness.stop();
});

/** Subscribes to `load` and then never reads again. */
async function openDeafSocket(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.write(
    `GET /app/${app.key}?protocol=7 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${Buffer.alloc(16).toString("base64")}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  await new Promise((resolve) => socket.once("data", resolve));
  socket.pause();
  const text = Buffer.from(JSON.stringify({ event: "pusher:subscribe", data: { channel: "load" } }));
  // Client frames are masked; a mask of zeros leaves the text as it is.
  socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]));
  return socket;
}

/** Counts instead of keeping, so that 200,000 messages fit in a test. */
class Counter extends RawClient {
  isSubscribed = false;
  ticks = 0;
  outOfOrder = 0;

  constructor(url: string) {
    super(`${url}?protocol=7`);
    this.socket.removeAllListeners("message");
    this.socket.on("open", () => this.send({ event: "pusher:subscribe", data: { channel: "load" } }));
    this.socket.on("message", (text) => this.count(JSON.parse(text.toString())));
  }

  private count(message: { event: string; data?: string }): void {
    if (message.event === "pusher_internal:subscription_succeeded") this.isSubscribed = true;
    if (message.event !== "tick") return;
    if (Number(message.data) !== this.ticks) this.outOfOrder += 1;
    this.ticks += 1;
  }
}
