import { once } from "node:events";
import { copyFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createParser } from "eventsource-parser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Product, startProduct } from "../e2e/product.ts";
import { findRunning } from "../scripts/running.ts";
import { hasRedis, startRedis } from "../worker/realtime/test/redis.ts";
import { runTask } from "./installation.ts";

const access = z.object({ orgId: z.string(), teamId: z.string(), apiKey: z.string() });
const messages = z.object({ messages: z.array(z.unknown()) });

/** Two whole installations on one database, one key ring and one Redis, behind one address. */
const installations: Product[] = [];
let redis: Awaited<ReturnType<typeof startRedis>>;
let balancer: Awaited<ReturnType<typeof startBalancer>>;
let owner: z.output<typeof access>;

beforeAll(async () => {
  if (!hasRedis) return;
  redis = await startRedis();
  const settings = { ENTOURAGE_REALTIME_REDIS: redis.url };
  const first = await startProduct({ settings, log: "scaled-1.log" });
  installations.push(first);
  const databaseUrl = findRunning(first.dataDir)?.databaseUrl ?? "";
  installations.push(
    await startProduct({
      settings: { ...settings, DATABASE_URL: databaseUrl },
      log: "scaled-2.log",
      prepare: (dataDir) => copyFile(join(first.dataDir, "secrets.json"), join(dataDir, "secrets.json")),
    }),
  );
  balancer = await startBalancer(installations.map(({ url }) => Number(new URL(url).port)));
  const person = ["--email", "owner@example.org", "--password", "a-long-enough-password", "--org", "Scaled", "--json"];
  const at = { PORT: new URL(first.url).port, ENTOURAGE_DATA_DIR: first.dataDir };
  const { code, output } = await runTask("bootstrap", person, at).done;
  if (code !== 0) throw new Error(`There is nobody to ask as:\n${output}`);
  owner = access.parse(JSON.parse(output));
}, 240_000);

afterAll(async () => {
  balancer?.close();
  for (const each of installations.toReversed()) await each.stop();
  await redis?.stop();
}, 60_000);

/** Gives each connection to the next installation that takes it, as a balancer in front of several machines does. */
async function startBalancer(ports: readonly number[]) {
  const open = new Map<number, Set<Socket>>(ports.map((port) => [port, new Set()]));
  let next = 0;
  const pass = (incoming: Socket, triesLeft: number) => {
    const port = ports[next++ % ports.length] ?? 0;
    const outgoing = connect(port, "127.0.0.1", () => {
      open.get(port)?.add(outgoing);
      outgoing.on("close", () => open.get(port)?.delete(outgoing));
      incoming.pipe(outgoing).pipe(incoming);
      incoming.on("close", () => outgoing.destroy());
    });
    outgoing.once("error", () => {
      if (open.get(port)?.has(outgoing) || triesLeft === 0) incoming.destroy();
      else pass(incoming, triesLeft - 1);
    });
  };
  const server = createServer((incoming) => {
    incoming.on("error", () => {});
    pass(incoming, ports.length);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    connectionsTo: (target: Product) => open.get(Number(new URL(target.url).port))?.size ?? 0,
    close: () => server.close(),
  };
}

const headers = () => ({ authorization: `Bearer ${owner.apiKey}`, "content-type": "application/json" });

async function ask(base: string, path: string, input: object): Promise<unknown> {
  const answer = await fetch(`${base}${path}`, { method: "POST", headers: headers(), body: JSON.stringify(input) });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return answer.json();
}

/** Reads the team's events as a client of the stream does: where a connection ends it goes on, after what it has. */
function follow(signal: AbortSignal) {
  const seqs: number[] = [];
  const run = async () => {
    for (let since = "0"; !signal.aborted; ) {
      const address = `${balancer.url}/api/events?team=${owner.teamId}&types=task.created`;
      const answer = await fetch(address, { headers: { ...headers(), "last-event-id": since }, signal });
      const parser = createParser({
        onEvent({ id, data }) {
          if (id !== undefined) since = id;
          if (data !== "" && id !== undefined) seqs.push(Number(id));
        },
      });
      for await (const text of (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()))
        parser.feed(text);
    }
  };
  const again = (): Promise<void> => run().catch(() => (signal.aborted ? undefined : again()));
  void again();
  return seqs;
}

test.skipIf(!hasRedis)(
  "two installations behind a balancer are one: the same events in order, words on channels heard at the other, and one can end",
  { timeout: 120_000 },
  async () => {
    const [first, second] = installations;
    if (!first || !second) throw new Error("there are no two installations");
    const over = new AbortController();
    const streams = [follow(over.signal), follow(over.signal)];
    await expect.poll(() => [first, second].every((each) => balancer.connectionsTo(each) > 0)).toBe(true);
    const addTasks = async (bases: readonly string[], count: number) => {
      for (let n = 0; n < count; n++)
        await ask(bases[n % bases.length] ?? "", "/api/v1/create_task", { teamId: owner.teamId, title: `Task ${n}` });
    };
    await addTasks([first.url, second.url], 20);
    await expect.poll(() => streams.map(({ length }) => length), { timeout: 20_000 }).toEqual([20, 20]);

    for (const [place, [listener, speaker]] of [[second, first] as const, [first, second] as const].entries()) {
      const channel = `public.both-${place}`;
      const asked = { channels: [{ channel, since: 0 }], timeoutSeconds: 25 };
      const heard = ask(listener.url, "/api/v1/read_channel", asked).then((read) => messages.parse(read));
      await ask(speaker.url, "/api/publish", { channel, payload: place });
      expect((await heard).messages).toMatchObject([{ payload: place, seq: 1 }]);
    }

    await second.stop();
    await addTasks([balancer.url], 10);
    await expect.poll(() => streams.map(({ length }) => length), { timeout: 20_000 }).toEqual([30, 30]);
    expect(streams[0]).toEqual(streams[1]);
    expect(streams[0]).toEqual([...new Set(streams[0])].toSorted((a, b) => a - b));
    over.abort();
  },
);
