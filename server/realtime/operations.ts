import { defineOperation } from "../operation.ts";
import { currentChannels } from "./channels.ts";
import { channels, channelsInput } from "./schema.ts";

export const realtimeChannels = defineOperation({
  name: "realtime_channels",
  summary: "Name the realtime channels to subscribe to, and the event number to catch up from.",
  kind: "read",
  permission: "task:read",
  input: channelsInput,
  output: channels,
  run: currentChannels,
});
