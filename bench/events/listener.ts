import PusherJs from "pusher-js";
import type { Frame } from "#server/realtime/schema.ts";
import { connectPusher } from "#server/realtime/pusher.ts";
import { openSecrets } from "#server/keyring.ts";
import { now } from "../figure.ts";
import type { Heard } from "./listening.ts";

// A process of its own with the real client: notes when which event came, and whether one was missing before it.

const [, , dataDir = "", port = "0", channel = ""] = process.argv;
const { pusher: app } = openSecrets(dataDir);
const host = connectPusher({ ...app, host: "127.0.0.1", port: Number(port), useTLS: false });
const client = new PusherJs(app.key, {
  cluster: "",
  wsHost: "127.0.0.1",
  wsPort: Number(port),
  forceTLS: false,
  enabledTransports: ["ws"],
  disableStats: true,
  channelAuthorization: {
    transport: "ajax",
    endpoint: "",
    customHandler: ({ socketId, channelName }, callback) =>
      callback(null, host.authorizeChannel({ socketId, channel: channelName, userId: "bench", askedAt: new Date() })),
  },
});
let heard: Heard[] = [];
let last = -1;
const subscription = client.subscribe(channel);
subscription.bind("changed", ({ seq, prev, correlationId }: Frame) => {
  heard.push({ id: correlationId, at: now(), isGap: last >= 0 && prev !== last });
  last = seq;
});
subscription.bind("pusher:subscription_succeeded", () => process.send?.([]));
process.on("message", () => {
  process.send?.(heard);
  heard = [];
});
process.on("disconnect", () => process.exit(0));
