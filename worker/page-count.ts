import type { Runtime } from "#server/context.ts";
import { parseChannel } from "#server/realtime/channels.ts";
import { writeConnections } from "#server/realtime/minutes.ts";
import type { PushClient } from "#server/realtime/pusher.ts";

const lookEveryMs = 15_000;
/** An organization whose last page was closed is said to have none for so long, and then nothing. */
const rememberedMs = 3_600_000;

/**
 * Counts the open pages of every organization on any Pusher-compatible host: each page hears its organization's channel.
 * Every worker may look; the most of a minute is what stays.
 */
export function startPageCount(
  runtime: Pick<Runtime, "db" | "wake" | "settings">,
  { push, onError }: { push: Pick<PushClient, "countSubscribers">; onError: (error: unknown) => void },
) {
  const lastOpen = new Map<string, number>();
  let busy = Promise.resolve();

  async function look(): Promise<void> {
    const now = Date.now();
    const pages = new Map<string, number>();
    for (const [name, subscribers] of await push.countSubscribers("private-org.")) {
      const orgId = parseChannel(name)?.scopeId;
      if (orgId) pages.set(orgId, (pages.get(orgId) ?? 0) + subscribers);
    }
    for (const orgId of pages.keys()) lastOpen.set(orgId, now);
    for (const [orgId, at] of lastOpen) {
      if (now - at > rememberedMs) lastOpen.delete(orgId);
      else if (!pages.has(orgId)) pages.set(orgId, 0);
    }
    await writeConnections(runtime, pages);
  }

  const ask = () => {
    busy = busy.then(look).catch(onError);
  };
  const timer = setInterval(ask, lookEveryMs);
  ask();
  return {
    async stop(): Promise<void> {
      clearInterval(timer);
      await busy;
    },
  };
}
