import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import PusherJs from "pusher-js";
import { LiveConnection, type LiveState } from "#app/_lib/live-connection.ts";
import { users } from "#db/schema/identity.ts";
import type { Actor } from "#server/context.ts";
import { readFeed } from "#server/events/feed.ts";
import { record } from "#server/events/record.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { rolePermissions } from "#server/permissions.ts";
import { authorizeSubscription } from "#server/realtime/authorize.ts";
import { currentChannels } from "#server/realtime/channels.ts";
import { startRelay } from "#worker/relay.ts";
import { figure, quantile, round } from "./figure.ts";
import { addOrg, as, openBench } from "./installation.ts";
import { startServer } from "./realtime/child.ts";

// The realtime server is killed under so many open pages while things go on happening, and starts again a second later:
// when is each page live again with everything that happened, and what was lost? The pages are the product's own
// connection on the real pusher-js, with real permissions, all in this one process.

const { values } = parseArgs({
  options: { pages: { type: "string", default: "2000" }, eventsASecond: { type: "string", default: "5" } },
});
const pages = Number(values.pages);
const bench = await openBench(20);
const { runtime } = bench;
const { orgId } = await addOrg(runtime, 1);
const actor = await addPerson();
const port = 20_000 + Math.floor(Math.random() * 10_000);
let server = await startServer("entourage", "", String(port));
const { push } = server;
const relay = startRelay(runtime, { url: bench.url, push, isEmbedded: true, onError: () => {} });

interface Page {
  connection: LiveConnection;
  state: LiveState;
  seen: Set<number>;
  twice: number;
  backMs: number;
}

const open = Array.from({ length: pages }, () => openPage());
const everyone = await Promise.all(open);
await until(() => everyone.every(({ state }) => state === "live"), 120_000);
const first = (await latest()) + 1;
let isOver = false;
const writing = (async () => {
  for (; !isOver; await delay(1_000 / Number(values.eventsASecond))) await happen();
})();
await delay(2_000);
server.child.kill("SIGKILL");
const droppedMs = performance.now();
await delay(1_000);
server = await startServer("entourage", "", String(port));
await until(() => everyone.every(({ backMs }) => backMs > droppedMs), 120_000);
await delay(2_000);
isOver = true;
await writing;
const last = await latest();
await until(() => everyone.every(({ seen }) => missing(seen) === 0), 60_000).catch(() => {});
const times = everyone.map(({ backMs }) => (backMs - droppedMs) / 1_000);
figure({
  ...{ figure: "realtime: all pages dropped at once", pages, events: last - first + 1 },
  ...{ back_p50_s: round(quantile(times, 0.5)), back_last_s: round(Math.max(...times)), goal_s: 30 },
  lost: everyone.reduce((sum, { seen }) => sum + missing(seen), 0),
  twice: everyone.reduce((sum, { twice }) => sum + twice, 0),
});
for (const { connection } of everyone) connection.stop();
await relay.stop();
await server.stop();
await bench.close();
process.exit();

function missing(seen: ReadonlySet<number>): number {
  let count = 0;
  for (let seq = first; seq <= last; seq++) if (!seen.has(seq)) count += 1;
  return count;
}

async function openPage(): Promise<Page> {
  const readChannels = () => asActor((context) => currentChannels(context, {}));
  const channels = await readChannels();
  const page: Omit<Page, "connection"> = { state: "connecting", seen: new Set(), twice: 0, backMs: 0 };
  const connection = new LiveConnection({
    Pusher: PusherJs,
    host: { key: "bench", host: null, port: 0, useTLS: false, path: "" },
    page: { hostname: "127.0.0.1", port, isSecure: false },
    since: channels.seq,
    readChannels,
    readFeed: (since, limit) => asActor((context) => readFeed(context, { since, limit })),
    authorize: (socketId, channel) =>
      authorizeSubscription(runtime, push, actor, { socketId, channel, askedAt: new Date(), requestId: "bench" }),
    onFrames: (frames) => {
      for (const { seq, extra } of frames) {
        if (extra) continue;
        if (whole.seen.has(seq)) whole.twice += 1;
        whole.seen.add(seq);
      }
    },
    onReset: () => {},
    onState: (state) => {
      whole.state = state;
      if (state === "live") whole.backMs = performance.now();
    },
    onSignedOut: () => {},
    isSignedOut: () => false,
    schedule: (flush) => void setImmediate(flush),
  });
  const whole: Page = Object.assign(page, { connection });
  connection.start(channels);
  return whole;
}

function asActor<Result>(work: Parameters<typeof inTransaction<Result>>[3]): Promise<Result> {
  return inTransaction(runtime, actor, { requestId: "bench" }, work);
}

async function addPerson(): Promise<Actor> {
  const id = newId();
  await runtime.db.insert(users).values({ id, email: `${id}@example.org`, name: "Ada", createdAt: new Date() });
  await as(runtime, orgId, (context) => record(context, "member.joined", [{ subject: id, data: { role: "admin" } }]));
  const permissions = new Set(rolePermissions.admin);
  return { kind: "user", id, name: "Ada", orgId, role: "admin", permissions, teams: [] };
}

/** Something that concerns the whole organization. */
async function happen(): Promise<void> {
  await as(runtime, orgId, (context) =>
    record(context, "organization.renamed", [{ subject: orgId, data: { name: newId() } }]),
  );
}

async function latest(): Promise<number> {
  return (await asActor((context) => currentChannels(context, {}))).seq;
}

async function until(isSo: () => boolean, patienceMs: number): Promise<void> {
  for (const deadline = Date.now() + patienceMs; !isSo(); await delay(20)) {
    if (Date.now() > deadline) throw new Error(`Waited ${patienceMs / 1_000} s in vain`);
  }
}
