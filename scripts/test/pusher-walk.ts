import assert from "node:assert/strict";
import { createRequire } from "node:module";
import Pusher from "pusher";
import PusherJs from "pusher-js";

/** A server of the Pusher protocol: where browsers open their sockets, and where its HTTP API is. */
export interface PusherTarget {
  readonly app: { appId: string; key: string; secret: string };
  readonly socketPort: number;
  /** `/realtime` on the web origin. */
  readonly socketPath: string;
  readonly apiPort: number;
}

type Client = PusherJs;
interface Emitter {
  bind(event: string, listener: (data: never) => void): unknown;
  unbind(event: string, listener: (data: never) => void): unknown;
}

/**
 * What the public documentation says of every kind of channel, asked of a server by the official `pusher` and `pusher-js`
 * as they are. Throws at the first thing that is not so.
 */
export async function walkThePusherProtocol(target: PusherTarget): Promise<void> {
  const masterKey = Buffer.alloc(32, 7).toString("base64");
  const api = new Pusher({
    ...target.app,
    ...{ host: "127.0.0.1", port: String(target.apiPort), encryptionMasterKeyBase64: masterKey },
  });
  const clients: Client[] = [];
  const open = (userId: string, { Library = PusherJs, watchlist = [] }: Person = {}): Client => {
    const client = new Library(target.app.key, {
      ...{ cluster: "", wsHost: "127.0.0.1", wsPort: target.socketPort, wsPath: target.socketPath },
      ...{ forceTLS: false, enabledTransports: ["ws"], disableStats: true },
      channelAuthorization: {
        ...{ transport: "ajax", endpoint: "" },
        customHandler: ({ socketId, channelName }, done) =>
          done(null, api.authorizeChannel(socketId, channelName, memberOf(channelName, userId))),
      },
      userAuthentication: {
        ...{ transport: "ajax", endpoint: "" },
        customHandler: ({ socketId }, done) => done(null, api.authenticateUser(socketId, { id: userId, watchlist })),
      },
    });
    clients.push(client);
    return client;
  };
  try {
    const [ada, bob] = [open("ada"), open("bob")];
    await publicAndPrivate(api, ada, bob);
    await presence(api, ada, bob);
    await cached(api, ada);
    await encrypted(api, open("eve", { Library: encryptingLibrary() }));
    await users(api, open("carol"), open("walter", { watchlist: ["carol"] }));
  } finally {
    for (const client of clients) client.disconnect();
  }
}

/** Only presence channels take signed data. */
function memberOf(channel: string, userId: string) {
  return channel.startsWith("presence-") ? { user_id: userId, user_info: { name: userId } } : undefined;
}

interface Person {
  Library?: typeof PusherJs;
  watchlist?: string[];
}

async function publicAndPrivate(api: Pusher, ada: Client, bob: Client): Promise<void> {
  const news = await subscribe(ada, "walk-news");
  const said = next(news, "said");
  await api.trigger("walk-news", "said", { hello: "wörld ✓" });
  assert.deepEqual(await said, { hello: "wörld ✓" });

  const [a, b] = [await subscribe(ada, "private-walk"), await subscribe(bob, "private-walk")];
  const echoes: unknown[] = [];
  a.bind("client-typing", (data: unknown) => echoes.push(data));
  const typed = next(b, "client-typing");
  a.trigger("client-typing", { on: true });
  assert.deepEqual(await typed, { on: true });
  const batch = [next(a, "first"), next(b, "second")];
  await api.triggerBatch([
    { channel: "private-walk", name: "first", data: 1 },
    { channel: "private-walk", name: "second", data: 2 },
  ]);
  assert.deepEqual(await Promise.all(batch), [1, 2]);
  assert.deepEqual(echoes, []);
}

async function presence(api: Pusher, ada: Client, bob: Client): Promise<void> {
  const room = await subscribe(ada, "presence-walk");
  const came = next(room, "pusher:member_added");
  const there = bob.subscribe("presence-walk");
  const members = await next(there, "pusher:subscription_succeeded");
  assert.equal(Reflect.get(Object(members), "count"), 2);
  assert.deepEqual(Reflect.get(Object(members), "members"), { ada: { name: "ada" }, bob: { name: "bob" } });
  assert.deepEqual(await came, { id: "bob", info: { name: "bob" } });
  const users = await api.get({ path: "/channels/presence-walk/users" });
  assert.deepEqual(await users.json(), { users: [{ id: "ada" }, { id: "bob" }] });
  const heard = nextWithSender(there, "client-note");
  room.trigger("client-note", { n: 1 });
  assert.deepEqual(await heard, { data: { n: 1 }, sender: "ada" });
  const left = next(room, "pusher:member_removed");
  bob.unsubscribe("presence-walk");
  assert.deepEqual(await left, { id: "bob", info: { name: "bob" } });
}

async function cached(api: Pusher, ada: Client): Promise<void> {
  const name = `private-cache-walk-${Date.now()}`;
  await next(ada.subscribe(name), "pusher:cache_miss");
  ada.unsubscribe(name);
  await api.trigger(name, "state", { version: 9 });
  assert.deepEqual(await next(ada.subscribe(name), "state"), { version: 9 });
}

async function encrypted(api: Pusher, eve: Client): Promise<void> {
  const channel = await subscribe(eve, "private-encrypted-walk");
  const secret = next(channel, "secret");
  await api.trigger("private-encrypted-walk", "secret", { code: "the launch code" });
  assert.deepEqual(await secret, { code: "the launch code" });
}

async function users(api: Pusher, carol: Client, walter: Client): Promise<void> {
  const offline = next(walter.user.watchlist, "offline");
  const online = next(walter.user.watchlist, "online");
  walter.signin();
  assert.deepEqual(await offline, { name: "offline", user_ids: ["carol"] });
  carol.signin();
  await carol.user.signinDonePromise;
  assert.deepEqual(await online, { name: "online", user_ids: ["carol"] });
  // The library subscribes to the user's channel after the sign-in; what is sent before that is lost.
  await until(async () => (await (await api.get({ path: "/channels/%23server-to-user-carol" })).json()).occupied);
  const note = next(carol.user, "note");
  await api.sendToUser("carol", "note", { you: true });
  assert.deepEqual(await note, { you: true });
  const gone = next(walter.user.watchlist, "offline");
  await api.terminateUserConnections("carol");
  assert.deepEqual(await gone, { name: "offline", user_ids: ["carol"] });
  await until(() => carol.connection.state === "disconnected");
}

/** `pusher-js/with-encryption` is built for browsers: it wants the few things of one that it looks at when it is loaded. */
function encryptingLibrary(): typeof PusherJs {
  Object.assign(globalThis, { self: globalThis, window: globalThis });
  Object.assign(globalThis, {
    document: { body: {}, location: { protocol: "http:" }, addEventListener() {} },
  });
  const loaded: { default?: typeof PusherJs } & typeof PusherJs = createRequire(import.meta.url)(
    "pusher-js/with-encryption",
  );
  return loaded.default ?? loaded;
}

async function subscribe(client: Client, name: string) {
  const channel = client.subscribe(name);
  await next(channel, "pusher:subscription_succeeded").catch((error: unknown) => {
    throw new Error(`${name}: ${client.connection.state}`, { cause: error });
  });
  return channel;
}

function next(emitter: Emitter, event: string): Promise<unknown> {
  return nextWithSender(emitter, event).then(({ data }) => data);
}

function nextWithSender(emitter: Emitter, event: string): Promise<{ data: unknown; sender: string | undefined }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Waited 10 s for ${event}`)), 10_000);
    const listener = (data: unknown, metadata?: { user_id?: string }) => {
      clearTimeout(timer);
      emitter.unbind(event, listener);
      resolve({ data, sender: metadata?.user_id });
    };
    emitter.bind(event, listener);
  });
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; !(await isSo()); ) {
    if (Date.now() > deadline) throw new Error(`Waited 10 s for ${isSo.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
