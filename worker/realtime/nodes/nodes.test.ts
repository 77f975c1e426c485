import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import PusherJs from "pusher-js";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openTestDatabase } from "#db/test/database.ts";
import { app, clientsOf, once as heard, RawClient, subscribed, until } from "../test/harness.ts";
import { hasRedis, startRedis } from "../test/redis.ts";

const isFull = process.env.ENTOURAGE_TEST_FULL === "1";
const tries = isFull ? 1_000 : 8;
const started = z.object({ port: z.number() });
const state = z.object({ connections: z.number(), otherNodes: z.number(), isApart: z.boolean() });

async function startNode(kind: string, url: string, haste = "") {
  const child = fork(new URL("../test/node.ts", import.meta.url), [kind, url, haste]);
  const { port } = started.parse((await once(child, "message"))[0]);
  const clients = clientsOf(port);
  const stop = async (signal: NodeJS.Signals = "SIGKILL") => {
    clients.stop();
    await end(child, signal);
  };
  return {
    ...clients,
    child,
    stop,
    async look() {
      child.send("look");
      return state.parse((await once(child, "message"))[0]);
    },
  };
}
type Node = Awaited<ReturnType<typeof startNode>>;

async function end(child: ChildProcess, signal: NodeJS.Signals) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGCONT");
  child.kill(signal);
  await exit;
}

/** Every node hears every other, and has done so for long enough to be sure of it. */
const haveMet = (nodes: readonly Node[]) =>
  until("the nodes to meet", async () => {
    for (const node of nodes) {
      if ((await node.look()).otherNodes !== nodes.length - 1) return false;
      if (!(await node.push.terminateUser("nobody"))) return false;
    }
    return true;
  });

async function startLine(kind: string): Promise<string> {
  if (kind === "postgres") return (await openTestDatabase()).url;
  const redis = await startRedis();
  lines.add(redis);
  return redis.url;
}
// Here, since a hook that is set while another runs is never called.
const lines = new Set<{ stop(): Promise<void> }>();
afterAll(async () => {
  for (const line of lines) await line.stop();
});

const kinds = [...(hasRedis ? ["redis"] : []), "postgres"];

describe.each(kinds)("two nodes on %s", (kind) => {
  let url = "";
  let nodes: [Node, Node];
  beforeAll(async () => {
    url = await startLine(kind);
    nodes = [await startNode(kind, url), await startNode(kind, url)];
    await haveMet(nodes);
  });
  afterAll(() => Promise.all(nodes.map((node) => node.stop())));

  test("what is triggered on one reaches the pages of both, all of it, in order and once", async () => {
    const [a, b] = nodes;
    const pages = [a.raw(), b.raw()];
    for (const page of pages) await page.subscribe("news");
    const text = "Grüße ✓ 😀";
    for (let n = 0; n < 300; n += 10) {
      const frames = Array.from({ length: 10 }, (_, i) => ({
        ...{ channel: "news", event: "tick", data: { n: n + i, text: n === 0 ? text.repeat(500) : text } },
      }));
      await (n % 20 === 0 ? a : b).push.triggerFrames(frames);
    }
    for (const page of pages) {
      const ticks = () =>
        page.messages.filter(({ event }) => event === "tick").map(({ data }) => JSON.parse(String(data)));
      await until("300 ticks", () => ticks().length >= 300);
      expect(
        ticks()
          .map(({ n }) => n)
          .toSorted((x, y) => x - y),
      ).toEqual(Array.from({ length: 300 }, (_, n) => n));
      expect(ticks().find(({ n }) => n === 3).text).toBe(text.repeat(500));
      // Each node's own stay in their order.
      for (const part of [0, 1]) {
        const own = ticks()
          .map(({ n }) => n)
          .filter((n) => Math.floor(n / 10) % 2 === part);
        expect(own).toEqual(own.toSorted((x, y) => x - y));
      }
    }
  });

  test("members of a channel speak to each other across nodes, and the sender hears no echo", async () => {
    const [a, b] = nodes;
    const [ada, bob] = [
      await subscribed(a.browser("ada"), "presence-talk"),
      await subscribed(b.browser("bob"), "presence-talk"),
    ];
    const echoes: unknown[] = [];
    ada.bind("client-typing", (data: unknown) => echoes.push(data));
    const [first, second] = [heard(bob, "client-typing"), heard(ada, "client-answer")];
    ada.trigger("client-typing", { on: true });
    expect(await first).toEqual({ on: true });
    bob.trigger("client-answer", 1);
    expect(await second).toBe(1);
    expect(echoes).toEqual([]);
  });

  test("presence is one room: a person on both nodes is one member, and leaves with the last of their tabs", async () => {
    const [a, b] = nodes;
    const room = "presence-room";
    const [ada, adaThere, bob] = [a.browser("ada"), b.browser("ada"), b.browser("bob")];
    const here = await subscribed(ada, room);
    const came: string[] = [];
    const left: string[] = [];
    here.bind("pusher:member_added", ({ id }: { id: string }) => came.push(id));
    here.bind("pusher:member_removed", ({ id }: { id: string }) => left.push(id));
    await subscribed(adaThere, room);
    expect(await heard(bob.subscribe(room), "pusher:subscription_succeeded")).toMatchObject({
      count: 2,
      me: { id: "bob", info: { name: "bob" } },
      members: { ada: { name: "ada" }, bob: { name: "bob" } },
    });
    await until("bob to come", () => came.length > 0);
    for (const node of nodes) {
      await until("both to know both", async () => {
        const users = await (await node.pusher.get({ path: `/channels/${room}/users` })).json();
        return users.users.length === 2;
      });
      const answer = await node.pusher.get({
        path: "/channels",
        params: { filter_by_prefix: room, info: "user_count" },
      });
      expect(await answer.json()).toEqual({ channels: { [room]: { user_count: 2 } } });
    }
    adaThere.unsubscribe(room);
    bob.unsubscribe(room);
    await until("bob to leave", () => left.length > 0);
    expect([came, left]).toEqual([["bob"], ["bob"]]);
    ada.disconnect();
    await until("the room to be empty", async () => (await occupied(b, room)) === undefined);
  });

  test("subscriptions are counted over both nodes", async () => {
    const [a, b] = nodes;
    const page = await subscribed(a.browser("ada"), "counted");
    const counts: number[] = [];
    page.bind("pusher:subscription_count", (told: { subscription_count: number }) =>
      counts.push(told.subscription_count),
    );
    const others = [b.raw(), b.raw()];
    for (const other of others) await other.subscribe("counted");
    await until("three", () => counts.at(-1) === 3);
    for (const node of nodes) {
      const answer = await node.pusher.get({ path: "/channels/counted", params: { info: "subscription_count" } });
      expect(await answer.json()).toEqual({ occupied: true, subscription_count: 3 });
    }
    for (const other of others) other.socket.terminate();
    await until("one", () => counts.at(-1) === 1);
  });

  test("a user is reached on the other node, seen online there, and ended there", async () => {
    const [a, b] = nodes;
    const watcher = new PusherJs(app.key, {
      ...{ cluster: "", wsHost: "127.0.0.1", wsPort: b.port, forceTLS: false, enabledTransports: ["ws"] },
      userAuthentication: {
        ...{ transport: "ajax", endpoint: "" },
        customHandler: ({ socketId }, done) =>
          done(null, b.pusher.authenticateUser(socketId, { id: "walter", watchlist: ["carol"] })),
      },
    });
    onTestFinished(() => watcher.disconnect());
    const told: string[] = [];
    for (const change of ["online", "offline"])
      watcher.user.watchlist.bind(change, ({ user_ids }: { user_ids: string[] }) =>
        told.push(`${change} ${user_ids.join()}`),
      );
    watcher.signin();
    await until("the first word", () => told.length === 1);
    const carol = a.browser("carol");
    carol.signin();
    await carol.user.signinDonePromise;
    await until("carol to be seen", () => told.length === 2);
    await until("carol's channel", async () => (await occupied(b, "#server-to-user-carol")) !== undefined);
    const note = heard(carol.user, "note");
    await b.pusher.sendToUser("carol", "note", { you: true });
    expect(await note).toEqual({ you: true });
    expect(await b.push.terminateUser("carol")).toBe(true);
    await until("the end", () => carol.connection.state === "disconnected");
    await until("carol to be gone", () => told.length === 3);
    expect(told).toEqual(["offline carol", "online carol", "offline carol"]);
  });

  test("a revocation is answered when both nodes have ended what it ends: nothing is heard after the answer", {
    timeout: 30_000 + tries * 200,
  }, async () => {
    const [a, b] = nodes;
    let page = b.raw();
    let [late, told, begun] = [0, 0, 0];
    for (let attempt = 0; attempt < tries; attempt++) {
      // On a machine that stands still for seconds the node sends its clients away, as it should.
      if (page.closed) page = b.raw();
      const { messages } = page;
      const channel = `private-team.t${attempt}`;
      const ask = { socketId: await page.socketId(), channel, userId: "ada", askedAt: new Date() };
      const signed = a.push.authorizeChannel(ask);
      await page.subscribe(channel, signed);
      let isOver = false;
      const speaking = (async () => {
        for (let n = 0; !isOver; n++) await a.push.triggerFrames([{ channel, event: "tick", data: n }]);
      })();
      const of = (name: string) => messages.filter(({ event, channel: on }) => event === name && on === channel);
      await until("a first message", () => page.closed ?? of("tick").length > 0);
      begun += of("tick").length > 0 ? 1 : 0;
      expect(await (attempt % 2 === 0 ? a.push.evict(channel, "ada") : a.push.evict(channel))).toBe(true);
      // What had been sent before the answer may still be on its way to the client: a round trip brings it.
      const pongs = () => messages.filter(({ event }) => event === "pusher:pong").length;
      const before = pongs();
      page.send({ event: "pusher:ping" });
      await until("the pong", () => page.closed ?? pongs() > before);
      const known = of("tick").length;
      await a.push.triggerFrames([{ channel, event: "tick", data: "after" }]);
      isOver = true;
      await speaking;
      // What was signed before the revocation opens nothing on the other node either.
      page.send({ event: "pusher:subscribe", data: { channel, ...signed } });
      const refused = () => of("pusher:subscription_error").some(({ data }) => JSON.stringify(data).includes("401"));
      told += (await until("the refusal", () => page.closed ?? refused())) === true ? 1 : 0;
      late += of("tick").length - known;
    }
    expect(begun).toBeGreaterThan(tries / 2);
    expect(told).toBeGreaterThan(tries / 2);
    expect(late).toBe(0);
  });

  test("a signed request that was made on one node is a replay on the other", async () => {
    const [a, b] = nodes;
    const path = `/apps/${app.id}/events`;
    const body = JSON.stringify({ name: "e", channel: "replayed", data: "{}" });
    const query = a.pusher.createSignedQueryString({ method: "POST", path, body });
    const send = async (node: Node) =>
      (await fetch(`http://127.0.0.1:${node.port}${path}?${query}`, { method: "POST", body })).status;
    expect(await send(a)).toBe(200);
    // Within two seconds it may be the same request made twice.
    await until("the refusal", async () => (await send(b)) === 401);
  });

  test("a node that comes later knows the last event of cache channels, and who is there", async () => {
    const [a] = nodes;
    await a.pusher.trigger("cache-state", "state", { version: 9 });
    const page = await subscribed(a.browser("ada"), "presence-early");
    const third = await startNode(kind, url);
    onTestFinished(() => third.stop());
    await haveMet([...nodes, third]);
    await until("its members", async () => (await occupied(third, "presence-early")) !== undefined);
    expect(await heard(third.browser("eve").subscribe("cache-state"), "state")).toEqual({ version: 9 });
    const gone = heard(page, "pusher:member_added");
    await subscribed(third.browser("eve"), "presence-early");
    expect(await gone).toMatchObject({ id: "eve" });
  });
});

// Above the line both are the same; what takes seconds is tried on one of them for every change.
describe.each(isFull ? kinds : kinds.slice(0, 1))("nodes on %s that give up soon", (kind) => {
  let url = "";
  let nodes: [Node, Node];
  beforeAll(async () => {
    url = await startLine(kind);
    nodes = [await startNode(kind, url, "hasty"), await startNode(kind, url, "hasty")];
    await haveMet(nodes);
  });
  afterAll(() => Promise.all(nodes.map((node) => node.stop())));

  test("a node that dies is gone with its people after a moment; a revocation waits for that long and no longer", async () => {
    const watching = await startNode(kind, url, "hasty");
    const dying = await startNode(kind, url, "hasty");
    onTestFinished(async () => {
      await watching.stop();
      await dying.stop();
    });
    await haveMet([...nodes, watching, dying]);
    const page = await subscribed(watching.browser("ada"), "presence-doomed");
    await subscribed(dying.browser("dan"), "presence-doomed");
    await dying.raw().subscribe("lonely");
    await until("its channels to be known", async () => (await occupied(watching, "lonely")) !== undefined);
    const left = heard(page, "pusher:member_removed");
    dying.child.kill("SIGKILL");
    const begun = performance.now();
    expect(await watching.push.evict("private-team.t1")).toBe(true);
    expect(performance.now() - begun).toBeLessThan(6_000);
    expect(await left).toMatchObject({ id: "dan" });
    await until("its channels to be gone", async () => (await occupied(watching, "lonely")) === undefined);
    expect(page.subscribed).toBe(true);
  });

  test("a node that stood still says nothing of what it heard meanwhile: its clients come back and read on", async () => {
    const [a] = nodes;
    const still = await startNode(kind, url, "hasty");
    onTestFinished(() => still.stop());
    await haveMet([...nodes, still]);
    const channel = "private-team.still";
    const page = new RawClient(`${still.url}?protocol=7`);
    onTestFinished(() => page.socket.terminate());
    const ask = { socketId: await page.socketId(), channel, userId: "ada", askedAt: new Date() };
    await page.subscribe(channel, a.push.authorizeChannel(ask));
    still.child.kill("SIGSTOP");
    await a.push.triggerFrames([{ channel, event: "tick", data: "before the revocation" }]);
    expect(await a.push.evict(channel)).toBe(true);
    still.child.kill("SIGCONT");
    expect(await until("the end", () => page.closed)).toMatchObject({ code: 4200 });
    expect(page.messages.filter(({ event }) => event === "tick")).toEqual([]);
    await haveMet([...nodes, still]);
    const back = new RawClient(`${still.url}?protocol=7`);
    onTestFinished(() => back.socket.terminate());
    await back.subscribe("afterwards");
    await a.push.triggerFrames([{ channel: "afterwards", event: "tick", data: 1 }]);
    await back.next("tick");
  });
});

describe.skipIf(!hasRedis)("Redis goes away and comes back", () => {
  test.each(isFull ? ["ends", "stands still"] : ["ends"])(
    "it %s: each node serves its own pages and says that it is apart; then all is as before",
    { timeout: 60_000 },
    async (how) => {
      const redis = await startRedis();
      const nodes = [
        await startNode("redis", redis.url, "hasty"),
        await startNode("redis", redis.url, "hasty"),
      ] as const;
      onTestFinished(async () => {
        for (const node of nodes) await node.stop();
        redis.resume();
        await redis.stop();
      });
      await haveMet(nodes);
      const [a, b] = nodes;
      const pa = await subscribed(a.browser("ada"), "presence-room");
      // Only who was heard of can be missed.
      const met = heard(pa, "pusher:member_added");
      const pb = await subscribed(b.browser("bob"), "presence-room");
      await met;
      const left = heard(pa, "pusher:member_removed");
      if (how === "ends") await redis.stop();
      else redis.pause();
      const own = heard(pa, "note");
      await a.pusher.trigger("presence-room", "note", "while it is away");
      expect(await own).toBe("while it is away");
      await until("both to say that they are apart", async () => (await a.look()).isApart && (await b.look()).isApart);
      expect(await a.push.terminateUser("nobody")).toBe(false);
      expect(await left).toMatchObject({ id: "bob" });
      const again = [heard(pa, "pusher:subscription_succeeded"), heard(pb, "pusher:subscription_succeeded")];
      if (how === "ends") await redis.start();
      else redis.resume();
      // Whoever was there comes back by themselves, and is authorized anew.
      await Promise.all(again);
      await haveMet(nodes);
      const notes: unknown[] = [];
      for (const page of [pa, pb]) page.bind("note", (data: unknown) => notes.push(data));
      await until("the word to cross", async () => {
        await b.pusher.trigger("presence-room", "note", "again");
        return notes.length >= 2;
      });
      expect(new Set(notes)).toEqual(new Set(["again"]));
      await until("a revocation to be sure of both", () => a.push.terminateUser("nobody"));
    },
  );
});

/** How a node describes a channel, where it is occupied. */
async function occupied(node: Node, channel: string): Promise<object | undefined> {
  const { channels } = await (await node.pusher.get({ path: "/channels" })).json();
  return channels[channel];
}
