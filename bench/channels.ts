import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { users } from "#db/schema/identity.ts";
import { findChannel, requirePublisher } from "#server/channels/finding.ts";
import { holdOwnHandle } from "#server/channels/handles.ts";
import { openListening } from "#server/channels/listening.ts";
import { publish, readChannel, subscribeChannel } from "#server/channels/operations.ts";
import type { Actor, Runtime } from "#server/context.ts";
import { record } from "#server/events/record.ts";
import { execute, inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { rolePermissions } from "#server/permissions.ts";
import { connectPusher } from "#server/realtime/pusher.ts";
import { startChannelRelay } from "#worker/channels/relay.ts";
import { createPusherServer } from "#worker/realtime/server.ts";
import { figure, median, quantile, round } from "./figure.ts";
import { addOrg, as, openBench } from "./installation.ts";

// What a message on a channel costs, what of it is the check of who may, and how long it takes to those who listen: by
// the realtime server and by waiting reads. Publisher, relay, server and listeners share one process and its machine.

const { values } = parseArgs({
  options: { messages: { type: "string", default: "200" }, everyMs: { type: "string", default: "50" } },
});
const messages = Number(values.messages);
const bench = await openBench();
const runtime: Runtime = { ...bench.runtime, listening: openListening({ ...bench.runtime, onError: console.error }) };
const app = { appId: "1", key: "bench", secret: "bench-secret" };
const server = createPusherServer({ app: { id: app.appId, ...app }, allowedOrigins: ["*"] });
const port = await server.listen(0, "127.0.0.1");
const push = connectPusher({ ...app, host: "127.0.0.1", port, useTLS: false });
const relay = startChannelRelay(runtime, { url: bench.url, push, onError: console.error });
try {
  const { orgId } = await addOrg(runtime, 1);
  const bob = await addPerson(orgId, "bob");
  await costOfTheCheck(bob);
  for (const subscribers of [1, 200]) await overTheRealtimeServer(bob, subscribers);
  for (const readers of [1, 200]) await byWaitingReads(bob, readers);
} finally {
  await relay.stop();
  runtime.listening?.close();
  push.close();
  await server.close();
  await bench.close();
}

async function addPerson(orgId: string, name: string): Promise<Actor> {
  const id = newId();
  await runtime.db.insert(users).values({ id, email: `${id}@example.org`, name, createdAt: new Date() });
  await as(runtime, orgId, (context) => record(context, "member.joined", [{ subject: id, data: { role: "member" } }]));
  const permissions = new Set(rolePermissions.member);
  const actor: Actor = { kind: "user", id, name, orgId, role: "member", permissions, teams: [] };
  await inTransaction(runtime, actor, { requestId: "bench" }, holdOwnHandle);
  return actor;
}

/** A whole publish on a channel of one's own, and the one query of it that asks who may. */
async function costOfTheCheck(bob: Actor): Promise<void> {
  const [whole, check]: [number[], number[]] = [[], []];
  for (let n = 0; n < messages; n++) {
    const begun = now();
    await say(bob, "agent.bob.cost");
    whole.push(now() - begun);
  }
  await inTransaction(runtime, bob, { requestId: "bench" }, async (context) => {
    for (let n = 0; n < messages; n++) {
      const begun = now();
      requirePublisher(context, await findChannel(context, "agent.bob.cost"), "bob");
      check.push(now() - begun);
    }
  });
  figure({
    figure: "channels: a publish, and the check of who may in it",
    ...{ publish_p50_ms: round(median(whole)), publish_p99_ms: round(quantile(whole, 0.99)) },
    ...{ check_p50_ms: round(median(check)), share: round(median(check) / median(whole)) },
  });
}

async function overTheRealtimeServer(bob: Actor, subscribers: number): Promise<void> {
  const channel = `agent.bob.push-${subscribers}`;
  const { name } = await execute(subscribeChannel, runtime, bob, { channel }, { requestId: "bench" });
  const ages: number[] = [];
  let seated = 0;
  const sockets = Array.from({ length: subscribers }, () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/app/${app.key}?protocol=7`, { perMessageDeflate: false });
    socket.on("message", (bytes: Buffer) => {
      const text = bytes.toString();
      const socketId = /"socket_id\\":\\"([\d.]+)/.exec(text)?.[1];
      if (socketId !== undefined) {
        const signed = push.authorizeChannel({ socketId, channel: name, userId: bob.id, askedAt: new Date() });
        socket.send(JSON.stringify({ event: "pusher:subscribe", data: { channel: name, ...signed } }));
      }
      if (text.includes("subscription_succeeded")) seated += 1;
      const at = /\\"at\\":([\d.]+)/.exec(text)?.[1];
      if (at !== undefined) ages.push(now() - Number(at));
    });
    return socket;
  });
  while (seated < subscribers) await delay(5);
  for (let n = 0; n < messages; n++) await Promise.all([say(bob, channel), delay(Number(values.everyMs))]);
  while (ages.length < messages * subscribers) await delay(5);
  tell("publish → received over the realtime server", subscribers, ages);
  for (const socket of sockets) socket.terminate();
}

async function byWaitingReads(bob: Actor, readers: number): Promise<void> {
  const channel = `agent.bob.read-${readers}`;
  const ages: number[] = [];
  await say(bob, channel);
  const reading = Array.from({ length: readers }, async () => {
    for (let since = 1; since <= messages; ) {
      const input = { channels: [{ channel, since }], timeoutSeconds: 20 };
      const read = await execute(readChannel, runtime, bob, input, { requestId: "bench" });
      for (const { payload } of read.messages) ages.push(now() - Number(Reflect.get(Object(payload), "at")));
      since = read.channels[0]?.since ?? since;
    }
  });
  await delay(500);
  for (let n = 0; n < messages; n++) await Promise.all([say(bob, channel), delay(4 * Number(values.everyMs))]);
  await Promise.all(reading);
  tell("publish → a waiting read returns", readers, ages);
}

function say(actor: Actor, channel: string) {
  return execute(publish, runtime, actor, { channel, payload: { at: now() } }, { requestId: "bench" });
}

function now(): number {
  return performance.now();
}

function tell(what: string, listeners: number, ages: readonly number[]): void {
  figure({
    figure: `channels: ${what}`,
    ...{ listeners, messages, p50_ms: round(median(ages)), p99_ms: round(quantile(ages, 0.99)) },
    max_ms: round(Math.max(...ages)),
  });
}
