import type { Grant } from "#server/leases/service.ts";
import type { Models } from "#server/llm/conversation.ts";
import type { ToolDeps } from "#server/tools/tool.ts";
import { driveModel } from "./driver.ts";
import { watchLeases } from "./lease-watch.ts";
import { startLiveLog } from "./live-log.ts";
import { openRests } from "./rests.ts";

/** Everything the turns of models in one worker share. */
export function openExecutor(deps: ToolDeps & { runtime: Models }) {
  const { runtime, log: logger } = deps;
  const watch = watchLeases(runtime, {
    onError: (error) => logger.warn({ error }, "leases could not be looked at; the next look is soon"),
  });
  const log = startLiveLog(runtime);
  const rests = openRests();
  return {
    drive: (grant: Grant) => driveModel({ models: runtime, deps, watch, log, rests }, grant),
    isResting: (agentId: string) => rests.isResting(agentId),
    /** Every turn stops at once and is given back to be gone on with. */
    stop: () => watch.stopAll(),
    async close() {
      watch.close();
      await log.close();
    },
  };
}
