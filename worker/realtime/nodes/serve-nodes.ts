import type { Channels } from "../channels.ts";
import type { Evictions } from "../evictions.ts";
import type { Replays } from "../replays.ts";
import type { Log, Sockets } from "../sockets.ts";
import type { Watchlists } from "../watchlists.ts";
import type { Report } from "../webhooks.ts";
import type { Nodes } from "./nodes.ts";

interface Node {
  readonly channels: Channels;
  readonly evictions: Evictions;
  readonly watchlists: Watchlists;
  readonly sockets: Sockets;
  readonly replays: Replays;
  readonly report: Report;
  readonly log: Log;
}

/** Does for the other nodes what they say, and tells clients of this one what changes on the others. */
export function serveNodes(nodes: Nodes, node: Node): Promise<void> {
  const { channels, evictions, watchlists, sockets, replays, report, log } = node;
  nodes.directory.watch({
    counted(channel) {
      channels.countedElsewhere(channel);
    },
    arrived: (channel, member) => channels.memberElsewhere(channel, "member_added", member),
    left: (channel, userId) => channels.memberElsewhere(channel, "member_removed", { user_id: userId }),
    online: (userId) => watchlists.changedElsewhere(userId, "online"),
    offline: (userId) => watchlists.changedElsewhere(userId, "offline"),
  });
  return nodes.start({
    state: () => ({ type: "state", ...channels.state(), online: watchlists.here() }),
    deliver: (event) => channels.deliver(event),
    keep: (cached) => channels.keep(cached),
    signed: (signature) => void replays.isReplay(signature),
    evict(channel, userId) {
      evictions.revokeChannel(channel, userId);
      channels.evict(channel, userId);
    },
    terminate(userId) {
      evictions.revokeUser(userId);
      sockets.terminate(userId);
    },
    died(departed) {
      for (const { channel, userId } of departed.members)
        if (!channels.hasMember(channel, userId)) report({ name: "member_removed", channel, user_id: userId });
      for (const channel of departed.channels)
        if (!channels.isOccupied(channel)) report({ name: "channel_vacated", channel });
    },
    missed() {
      log.info({ node: nodes.id }, "this realtime node may have missed something: its clients come back and read on");
      sockets.sendAway("Something may have been missed; come back and read on");
    },
  });
}
