import { readFileSync } from "node:fs";
import { join } from "node:path";
import PusherJs from "pusher-js";
import { walkThePusherProtocol } from "../scripts/test/pusher-walk.ts";
import { product } from "./here.ts";
import { addressOf, found } from "./session.ts";
import { expect, test } from "./test.ts";

// A product that runs already does not say where its worker is nor what its secrets are.
test.skip(() => !product, "only with a product of its own");

test("the official Pusher libraries work through the web origin, and no subscriber speaks on the product's channels", async ({
  page,
}) => {
  const { pusher: app } = JSON.parse(readFileSync(join(product?.dataDir ?? "", "secrets.json"), "utf8"));
  const { org } = await found(page);
  const { origin, port } = new URL(addressOf(page));
  const socketPort = Number(port);
  await walkThePusherProtocol({ app, socketPort, socketPath: "/realtime", apiPort: product?.workerPort ?? 0 });

  const headers = { origin, "x-entourage-org": org };
  const ask = (path: string, data: object) => page.request.post(path, { data, headers });
  const { name } = await (await ask("/api/v1/subscribe_channel", { channel: "public.walk" })).json();
  const sign = async (socketId: string, channel: string, done: (error: null, signed: { auth: string }) => void) => {
    const answer = await ask("/api/realtime/auth", { socket_id: socketId, channel_name: channel });
    done(null, await answer.json());
  };
  const client = new PusherJs(app.key, {
    ...{ cluster: "", wsHost: "127.0.0.1", wsPort: socketPort, wsPath: "/realtime", forceTLS: false },
    ...{ enabledTransports: ["ws"], disableStats: true },
    channelAuthorization: {
      ...{ transport: "ajax", endpoint: "" },
      customHandler: ({ socketId, channelName }, done) => void sign(socketId, channelName, done),
    },
  });
  const channel = client.subscribe(name);
  await new Promise((resolve) => channel.bind("pusher:subscription_succeeded", resolve));
  const heard: unknown[] = [];
  channel.bind("message", ({ payload }: { payload: unknown }) => heard.push(payload));
  const refused = new Promise((resolve) => client.connection.bind("error", resolve));
  channel.trigger("client-message", { payload: "forged" });
  expect(JSON.stringify(await refused)).toContain("cannot send events");
  await ask("/api/publish", { channel: "public.walk", payload: "real" });
  await expect.poll(() => heard).toEqual(["real"]);
  client.disconnect();
});
