import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { figure, median, quantile, round } from "./figure.ts";
import { Audience, frame, type Peer } from "./realtime/audience.ts";
import { startServer } from "./realtime/child.ts";

// What a delivery costs, how long it takes at a fixed load and how many fit in a second, with 1, 200 and 1,000
// subscribers, against `ws` and socket.io in the same run; and what an idle connection keeps. 200-byte messages;
// subscribers and server share this machine's cores.

const { values } = parseArgs({
  options: {
    parts: { type: "string", default: "fan-out,idle" },
    subscribers: { type: "string", default: "1,200,1000" },
    repeats: { type: "string", default: "3" },
    seconds: { type: "string", default: "5" },
    burst: { type: "string", default: "300" },
    connections: { type: "string", default: "10000" },
  },
});
const peers: readonly Peer[] = ["ws", "socket.io", "entourage"];
const parts = values.parts.split(",");
if (parts.includes("fan-out")) for (const size of values.subscribers.split(",").map(Number)) await fanOut(size);
if (parts.includes("idle")) await idle(Number(values.connections));

interface Figures {
  p50: number;
  p99: number;
  max: number;
  cpuAtLoad: number;
  cpuInBurst: number;
  perSecond: number;
}

async function fanOut(subscribers: number): Promise<void> {
  const runs = new Map<Peer, Figures[]>(peers.map((peer) => [peer, []]));
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    for (const peer of peers) runs.get(peer)?.push(await measure(peer, subscribers));
  }
  const of = (peer: Peer, key: keyof Figures) => median((runs.get(peer) ?? []).map((run) => run[key]));
  for (const peer of peers) {
    figure({
      ...{ figure: "realtime: fan-out", peer, subscribers },
      ...{ p50_ms: round(of(peer, "p50")), p99_ms: round(of(peer, "p99")), max_ms: round(of(peer, "max")) },
      ...{ cpu_us_at_load: round(of(peer, "cpuAtLoad")), cpu_us_in_burst: round(of(peer, "cpuInBurst")) },
      deliveries_a_second: Math.round(of(peer, "perSecond")),
    });
  }
  for (const peer of ["ws", "socket.io"] as const) {
    const ratio = (key: keyof Figures) => round(of("entourage", key) / of(peer, key));
    figure({
      ...{ figure: `realtime: fan-out, ours / ${peer}`, subscribers },
      ...{ cpu_at_load: ratio("cpuAtLoad"), cpu_in_burst: ratio("cpuInBurst"), ceiling: ratio("perSecond") },
      ...{ p50: ratio("p50"), p99: ratio("p99") },
    });
  }
}

async function measure(peer: Peer, subscribers: number): Promise<Figures> {
  const server = await startServer(peer);
  const audience = await Audience.gather(server.port, subscribers, peer);
  const cost = async (messages: number, send: () => Promise<void>) => {
    const before = await server.usage();
    const begun = performance.now();
    await send();
    await audience.heard(messages);
    const seconds = (performance.now() - begun) / 1_000;
    const cpu = (await server.usage()).cpuMicros - before.cpuMicros;
    return { cpu: cpu / messages / subscribers, perSecond: (messages * subscribers) / seconds };
  };
  // 10,000 deliveries a second, and at most a hundred messages.
  const rate = Math.min(100, 10_000 / subscribers);
  const messages = Math.round(rate * Number(values.seconds));
  // The first second warms both sides up.
  await cost(rate, () => sendSteadily(rate));
  audience.ages = [];
  const steady = await cost(messages, () => sendSteadily(messages));
  const { ages } = audience;
  // What comes in the burst waits in it, and is none of these.
  audience.ages = [];
  const burst = Number(values.burst);
  const fast = await cost(burst, () => server.push.triggerFrames(Array.from({ length: burst }, frame)));
  audience.leave();
  await server.stop();
  return {
    ...{ p50: quantile(ages, 0.5), p99: quantile(ages, 0.99), max: ages.reduce((a, b) => Math.max(a, b), 0) },
    ...{ cpuAtLoad: steady.cpu, cpuInBurst: fast.cpu, perSecond: fast.perSecond },
  };

  async function sendSteadily(count: number): Promise<void> {
    const begun = performance.now();
    for (let n = 0; n < count; n++) {
      await delay(Math.max(0, begun + (n * 1_000) / rate - performance.now()));
      await server.push.triggerFrames([frame()]);
    }
  }
}

async function idle(connections: number): Promise<void> {
  const kib = new Map<Peer, number>();
  for (const peer of peers) {
    const server = await startServer(peer);
    // What a server needs once, it needs before the first look.
    const first = await Audience.gather(server.port, 100, peer, false);
    const before = await server.usage();
    const audience = await Audience.gather(server.port, connections - 100, peer, false);
    const after = await server.usage();
    kib.set(peer, (after.rssBytes - before.rssBytes) / 1_024 / (connections - 100));
    for (const some of [first, audience]) some.leave();
    await server.stop();
    figure({ figure: "realtime: an idle connection", peer, connections, kib_each: round(kib.get(peer) ?? 0) });
  }
  const ratio = (peer: Peer) => round((kib.get("entourage") ?? 0) / (kib.get(peer) ?? 0));
  figure({ figure: "realtime: an idle connection, ours / peer", ws: ratio("ws"), "socket.io": ratio("socket.io") });
}
