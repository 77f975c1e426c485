import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openBench } from "./installation.ts";
import { figure, quantile, round } from "./figure.ts";
import { Audience, frame } from "./realtime/audience.ts";
import { startServer } from "./realtime/child.ts";

// What it adds that a message goes to another node: two nodes, what is published on the one is heard by subscribers of
// both. Redis is a redis-server of the bench's own.

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "redis,postgres" },
    subscribers: { type: "string", default: "200" },
    messages: { type: "string", default: "500" },
    rate: { type: "string", default: "50" },
  },
});
const [subscribers, messages, rate] = [Number(values.subscribers), Number(values.messages), Number(values.rate)];
for (const line of values.lines.split(",")) await measure(line);

async function measure(line: string): Promise<void> {
  const { url, close } = await openLine(line);
  const nodes = [await startServer("entourage", url), await startServer("entourage", url)] as const;
  const [here, there] = nodes;
  while (!(await here.push.terminateUser("nobody"))) await delay(50);
  await delay(1_000);
  const audiences = [
    await Audience.gather(here.port, subscribers, "entourage"),
    await Audience.gather(there.port, subscribers, "entourage"),
  ] as const;
  const begun = performance.now();
  for (let n = 0; n < messages; n++) {
    await delay(Math.max(0, begun + (n * 1_000) / rate - performance.now()));
    await here.push.triggerFrames([frame()]);
  }
  await delay(500);
  const ages = audiences.map((audience) => audience.ages);
  const [p95Here = 0, p95There = 0] = ages.map((some) => quantile(some, 0.95));
  const [p50Here = 0, p50There = 0] = ages.map((some) => quantile(some, 0.5));
  figure({
    ...{ figure: `realtime: two nodes on ${line}`, subscribers_each: subscribers, messages, rate },
    lost: 2 * messages * subscribers - ages.reduce((sum, some) => sum + some.length, 0),
    ...{ own_p50_ms: round(p50Here), own_p95_ms: round(p95Here) },
    ...{ other_p50_ms: round(p50There), other_p95_ms: round(p95There), added_p95_ms: round(p95There - p95Here) },
  });
  for (const audience of audiences) audience.leave();
  for (const node of nodes) await node.stop();
  await close();
}

async function openLine(line: string): Promise<{ url: string; close: () => Promise<void> }> {
  if (line === "postgres") return openBench();
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const redis = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", ""], {
    stdio: "ignore",
  });
  await delay(500);
  return {
    url: `redis://127.0.0.1:${port}`,
    async close() {
      redis.kill();
      await once(redis, "exit");
    },
  };
}
