import { agentInstalls } from "./agent-installs/part.ts";
import { beat } from "./beat.ts";
import { channels } from "./channels/part.ts";
import { dispatch } from "./dispatch/part.ts";
import { knowledge } from "./knowledge-part.ts";
import { learning } from "./learning-part.ts";
import { merging } from "./merge/part.ts";
import { monitor } from "./monitor/part.ts";
import { money } from "./money-part.ts";
import type { Part } from "./part.ts";
import { plans } from "./plans/part.ts";
import { realtime } from "./realtime-part.ts";
import { refusals } from "./refusals-part.ts";
import { requests } from "./requests-part.ts";
import { sandboxes } from "./sandboxes/part.ts";
import { schedules } from "./schedules/part.ts";
import { crews } from "./crews-part.ts";
import { signIns } from "./sign-ins-part.ts";
import { sessions } from "./sessions/part.ts";
import { trim } from "./trim-part.ts";
import { watch } from "./watch-part.ts";
import { webhooks } from "./webhooks-part.ts";
import { workspaces } from "./workspaces/part.ts";

/** Everything a worker does, in the order it starts; it stops in the opposite one. */
export const parts: readonly Part[] = [
  realtime,
  dispatch,
  merging,
  requests,
  plans,
  channels,
  webhooks,
  knowledge,
  learning,
  workspaces,
  sandboxes,
  sessions,
  monitor,
  agentInstalls,
  schedules,
  crews,
  money,
  signIns,
  refusals,
  trim,
  watch,
  beat,
];
