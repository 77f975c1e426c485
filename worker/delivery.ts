import { pusherSettings } from "#server/realtime/host.ts";
import { connectPusher } from "#server/realtime/pusher.ts";
import { startAccess } from "./access.ts";
import { startChannelRelay } from "./channels/relay.ts";
import { startTimers } from "./channels/timers.ts";
import { startLines } from "./lines.ts";
import { startPageCount } from "./page-count.ts";
import type { PartContext } from "./part.ts";
import { startRelay } from "./relay.ts";

/** Tells browsers what happens and ends the sockets of those who lost access, on the host of this installation. */
export function startDelivery({ runtime, secrets, log }: PartContext, workerPort: number) {
  const { databaseUrl = "", pusherUrl } = runtime.config;
  const settings = pusherSettings({ pusherUrl, workerPort }, secrets);
  const push = connectPusher(settings);
  const { isEmbedded = true } = settings;
  const relay = startRelay(runtime, {
    url: databaseUrl,
    push,
    isEmbedded,
    onError: (error, orgId) => log.warn({ error, orgId }, "realtime is late: it is tried again"),
  });
  const access = startAccess(runtime, {
    push,
    isEmbedded,
    onError: (error) => log.warn({ error }, "ending sockets is late: it is tried again"),
  });
  const onError = (error: unknown) => log.warn({ error }, "channels are late: it is tried again");
  const channels = startChannelRelay(runtime, { url: databaseUrl, push, onError });
  const timers = startTimers(runtime, { push, onError });
  const lines = startLines(runtime, { push, onError });
  const pages = startPageCount(runtime, { push, onError });
  return {
    async stop(): Promise<void> {
      await pages.stop();
      await lines.stop();
      await timers.stop();
      await channels.stop();
      await access.stop();
      await relay.stop();
      push.close();
    },
  };
}
