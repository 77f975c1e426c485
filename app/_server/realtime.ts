import type { PageCaller } from "#app/_lib/caller.ts";
import { config } from "#server/config.ts";
import { openSecrets } from "#server/keyring.ts";
import { browserHost, pusherSettings } from "#server/realtime/host.ts";
import { realtimeChannels } from "#server/realtime/operations.ts";
import { connectPusher, type PushClient } from "#server/realtime/pusher.ts";
import type { RealtimeSettings } from "#server/realtime/schema.ts";

declare global {
  // One for all route modules, which Next bundles apart from each other.
  var entouragePush: PushClient | undefined;
}

/** Signs subscriptions in the web process. */
export function webPush(): PushClient {
  globalThis.entouragePush ??= connectPusher(settingsOfHost());
  return globalThis.entouragePush;
}

/**
 * What `LiveProvider` starts with. Ask for it before the page's data is read (or beside it): everything that happens
 * after its number reaches the page.
 */
export async function realtimeOf(caller: PageCaller, teamId?: string): Promise<RealtimeSettings> {
  return { host: browserHost(settingsOfHost()), channels: await caller.run(realtimeChannels, { teamId }) };
}

function settingsOfHost() {
  const settings = config();
  return pusherSettings(settings, openSecrets(settings.dataDir));
}
