import { afterAll } from "vitest";
import PusherJs from "pusher-js";
import { LiveConnection, type LiveState } from "#app/_lib/live-connection.ts";
import type { Actor, Runtime } from "#server/context.ts";
import { readFeed } from "#server/events/feed.ts";
import { authorizeSubscription } from "#server/realtime/authorize.ts";
import { currentChannels } from "#server/realtime/channels.ts";
import { connectPusher, type PusherSettings } from "#server/realtime/pusher.ts";
import type { Frame, SessionLine } from "#server/realtime/schema.ts";
import { as } from "#server/test/fixtures.ts";
import { createPusherServer } from "../realtime/server.ts";

const app = { id: "1", key: "test-key", secret: "test-secret" };

/** An embedded realtime server that can be taken away and put back on its port. */
export async function startHost() {
  let server = createPusherServer({ app, allowedOrigins: ["*"] });
  const port = await server.listen(0, "127.0.0.1");
  const settings: PusherSettings = {
    appId: app.id,
    key: app.key,
    secret: app.secret,
    host: "127.0.0.1",
    port,
    useTLS: false,
  };
  const push = connectPusher(settings);
  afterAll(async () => {
    push.close();
    await server.close();
  });
  return {
    port,
    push,
    settings,
    stop: () => server.close(),
    async restart() {
      server = createPusherServer({ app, allowedOrigins: ["*"] });
      await server.listen(port, "127.0.0.1");
    },
  };
}

export type TestHost = Awaited<ReturnType<typeof startHost>>;

/** A page as a browser runs it: the product's own connection on the real pusher-js, with real permissions. */
export async function openPage(
  runtime: Runtime,
  host: TestHost,
  actor: Actor,
  teamId?: string,
  more: {
    onFrames?: (frames: Frame[]) => void;
    onReset?: (from: number, to: number) => void;
    /** Happens between the permission for a channel and its use. */
    onPermitted?: (channel: string) => Promise<unknown>;
  } = {},
) {
  const frames: Frame[] = [];
  const lines: SessionLine[] = [];
  const page = { frames, lines, state: "connecting" as LiveState, resets: 0, feedReads: 0, signedOut: false };
  const readChannels = () => as(runtime, actor, (context) => currentChannels(context, { teamId }));
  const channels = await readChannels();
  const connection = new LiveConnection({
    Pusher: PusherJs,
    host: { key: app.key, host: null, port: 0, useTLS: false, path: "" },
    page: { hostname: "127.0.0.1", port: host.port, isSecure: false },
    since: channels.seq,
    readChannels,
    readFeed: (since, limit) => {
      page.feedReads += 1;
      return as(runtime, actor, (context) => readFeed(context, { teamId, since, limit }));
    },
    async authorize(socketId, channel) {
      const asked = { socketId, channel, askedAt: new Date(), requestId: "test" };
      const signed = await authorizeSubscription(runtime, host.push, actor, asked);
      await more.onPermitted?.(channel);
      return signed;
    },
    onFrames: (some) => {
      frames.push(...some);
      more.onFrames?.(some);
    },
    onLines: (some) => void lines.push(...some),
    onReset: (head = 0) => {
      page.resets++;
      more.onReset?.(told(frames).at(-1) ?? channels.seq, head);
    },
    onState: (state) => {
      page.state = state;
    },
    onSignedOut: () => {
      page.signedOut = true;
    },
    isSignedOut: (error) => error instanceof Error && "code" in error && error.code === "unauthenticated",
    schedule: (flush) => void setImmediate(flush),
  });
  connection.start(channels);
  afterAll(() => connection.stop());
  return { page, connection, since: channels.seq };
}

/** Events by number, each once: what extra frames bring are cards only. */
export const told = (frames: readonly Frame[]) => frames.filter(({ extra }) => !extra).map(({ seq }) => seq);
