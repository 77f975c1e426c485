import { defineOperation } from "../operation.ts";
import { currentChannels } from "./channels.ts";
import { channels, channelsInput, realtimeStats, statsInput } from "./schema.ts";
import { readStatistics } from "./statistics.ts";

export const realtimeChannels = defineOperation({
  name: "realtime_channels",
  summary: "Name the realtime channels to subscribe to, and the event number to catch up from.",
  kind: "read",
  permission: "task:read",
  input: channelsInput,
  output: channels,
  run: currentChannels,
});

export const getRealtimeStats = defineOperation({
  name: "get_realtime_stats",
  summary:
    "Read how realtime does: open pages, messages a second, busiest channels, refusals, and the last hour by the minute.",
  kind: "read",
  permission: "channel:read",
  input: statsInput,
  output: realtimeStats,
  run: readStatistics,
});
