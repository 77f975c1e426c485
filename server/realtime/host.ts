import type { Config } from "../config.ts";
import type { Secrets } from "../keyring.ts";
import type { PusherSettings } from "./pusher.ts";
import type { BrowserHost } from "./schema.ts";

/** The realtime host of this installation: the embedded server on the worker's loopback port, or the named one. */
export function pusherSettings(
  { pusherUrl, workerPort }: Pick<Config, "pusherUrl" | "workerPort">,
  { pusher }: Pick<Secrets, "pusher">,
): PusherSettings {
  if (!pusherUrl) return { ...pusher, host: "127.0.0.1", port: workerPort, useTLS: false, isEmbedded: true };
  const url = new URL(pusherUrl);
  const useTLS = url.protocol === "https:";
  return {
    appId: url.pathname.replace("/apps/", ""),
    key: decodeURIComponent(url.username),
    secret: decodeURIComponent(url.password),
    host: url.hostname,
    port: Number(url.port || (useTLS ? 443 : 80)),
    useTLS,
    isEmbedded: false,
  };
}

/** The same for browsers, without the secret. Hosted Pusher takes sockets under another name than its HTTP API. */
export function browserHost(settings: PusherSettings): BrowserHost {
  const { key, host, port, useTLS, isEmbedded = true } = settings;
  if (isEmbedded) return { key, host: null, port: 0, useTLS: false, path: "/realtime" };
  return { key, host: host.replace(/^api-([\w-]+\.pusher\.com)$/, "ws-$1"), port, useTLS, path: "" };
}
