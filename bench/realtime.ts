import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { connectPusher, type PushClient } from "#server/realtime/pusher.ts";
import { WebSocket } from "ws";
import { z } from "zod";

/**
 * What a delivery costs and how many fit in a second, at 1,000 subscribers and 200-byte messages,
 * against a plain `ws` server in the same run. Subscribers and server share this machine's cores.
 */
const subscribers = 1_000;
const peers = ["ws", "entourage"] as const;
const rounds = 3;

const started = z.object({ port: z.number() });
const usage = z.object({ cpuMicros: z.number(), rssBytes: z.number() });
const padding = "x".repeat(150);

interface Figures {
  readonly cpuMicrosPerDelivery: number;
  readonly deliveriesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly kibPerConnection: number;
}

/** Prints one JSON line for each server, and one with their ratios. */
async function benchRealtime(): Promise<void> {
  const runs: Record<(typeof peers)[number], Figures[]> = { ws: [], entourage: [] };
  for (let round = 0; round < rounds; round++) for (const peer of peers) runs[peer].push(await measure(peer));
  const plain = middle(runs.ws);
  const ours = middle(runs.entourage);
  for (const peer of peers)
    console.log(JSON.stringify({ figure: "realtime fan-out", peer, subscribers, ...middle(runs[peer]) }));
  console.log(
    JSON.stringify({
      figure: "realtime fan-out, ours / ws",
      cpu: round2(ours.cpuMicrosPerDelivery / plain.cpuMicrosPerDelivery),
      ceiling: round2(ours.deliveriesPerSecond / plain.deliveriesPerSecond),
      p99: round2(ours.p99Ms / plain.p99Ms),
      memory: round2(ours.kibPerConnection / plain.kibPerConnection),
    }),
  );
}

async function measure(peer: string): Promise<Figures> {
  const child = fork(new URL("./realtime/server.ts", import.meta.url), [peer]);
  const { port } = started.parse((await once(child, "message")).at(0));
  const push = connectPusher({
    appId: "1",
    key: "bench",
    secret: "bench-secret",
    host: "127.0.0.1",
    port,
    useTLS: false,
  });
  const before = await usageOf(child);
  const audience = await Audience.gather(port);
  const seated = await usageOf(child);
  const steadyMs = await steady(push, audience);
  const burst = await burstOf(push, audience, child);
  audience.leave();
  push.close();
  child.disconnect();
  await once(child, "exit");
  return {
    ...burst,
    p50Ms: round2(steadyMs[Math.floor(steadyMs.length * 0.5)] ?? 0),
    p99Ms: round2(steadyMs[Math.floor(steadyMs.length * 0.99)] ?? 0),
    kibPerConnection: Math.round((seated.rssBytes - before.rssBytes) / 1_024 / subscribers),
  };
}

/** 10 messages a second for 5 s, so 10,000 deliveries a second. */
async function steady(push: PushClient, audience: Audience): Promise<number[]> {
  audience.latenciesMs = [];
  for (let i = 0; i < 50; i++) {
    await Promise.all([push.triggerFrames([frame()]), delay(100)]);
  }
  await audience.heard(50);
  return audience.latenciesMs.toSorted((a, b) => a - b);
}

/** 300 messages as fast as they are taken. */
async function burstOf(push: PushClient, audience: Audience, child: ChildProcess) {
  const { cpuMicros } = await usageOf(child);
  const startedMs = performance.now();
  await push.triggerFrames(Array.from({ length: 300 }, frame));
  await audience.heard(300);
  const seconds = (performance.now() - startedMs) / 1_000;
  const deliveries = 300 * subscribers;
  const spent = (await usageOf(child)).cpuMicros - cpuMicros;
  return { cpuMicrosPerDelivery: round2(spent / deliveries), deliveriesPerSecond: Math.round(deliveries / seconds) };
}

function frame() {
  return { channel: "load", event: "tick", data: `${Date.now()} ${padding}` };
}

async function usageOf(child: ChildProcess) {
  child.send("usage");
  return usage.parse((await once(child, "message")).at(0));
}

/** A thousand subscribers that only count and, of each message, note how old it was. */
class Audience {
  latenciesMs: number[] = [];
  private readonly sockets: WebSocket[] = [];
  private messages = 0;
  private seated = 0;

  static async gather(port: number): Promise<Audience> {
    const audience = new Audience();
    for (let i = 0; i < subscribers; i++) audience.seat(port);
    while (audience.seated < subscribers) await delay(5);
    return audience;
  }

  async heard(messages: number): Promise<void> {
    while (this.messages < messages * subscribers) await delay(1);
    this.messages = 0;
  }

  leave(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  private seat(port: number): void {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/app/bench?protocol=7`, { perMessageDeflate: false });
    this.sockets.push(socket);
    socket.on("open", () => socket.send('{"event":"pusher:subscribe","data":{"channel":"load"}}'));
    socket.on("message", (message: Buffer) => this.hear(message.toString("latin1")));
  }

  private hear(text: string): void {
    if (text.includes("subscription_succeeded")) this.seated += 1;
    const sentMs = /"data":"(\d+) /.exec(text)?.[1];
    if (sentMs === undefined) return;
    this.latenciesMs.push(Date.now() - Number(sentMs));
    this.messages += 1;
  }
}

function middle(figures: readonly Figures[]): Figures {
  const sorted = [...figures].sort((a, b) => a.cpuMicrosPerDelivery - b.cpuMicrosPerDelivery);
  const median = sorted[Math.floor(sorted.length / 2)];
  if (!median) throw new Error("nothing was measured");
  return median;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

await benchRealtime();
