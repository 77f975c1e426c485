import type { Grant } from "#server/leases/service.ts";
import type { ToolDeps } from "#server/tools/tool.ts";
import { driveModel } from "./driver.ts";
import { watchLeases } from "./lease-watch.ts";
import { startLiveLog } from "./live-log.ts";
import { openRests } from "./rests.ts";
import { removeLeftWorkspaces } from "./workspace.ts";

const sweepEveryMs = 60 * 60 * 1_000;

/** Everything the turns of models in one worker share. */
export function openExecutor(deps: ToolDeps) {
  const { runtime, log: logger } = deps;
  const watch = watchLeases(runtime, {
    onError: (error) => logger.warn({ error }, "leases could not be looked at; the next look is soon"),
  });
  const log = startLiveLog(runtime);
  const rests = openRests();
  const sweep = () =>
    removeLeftWorkspaces(runtime).catch((error: unknown) =>
      logger.warn({ error }, "folders of ended turns stay for now"),
    );
  const sweeping = setInterval(() => void sweep(), sweepEveryMs);
  void sweep();
  return {
    rests,
    drive: (grant: Grant) => driveModel({ models: runtime, deps, watch, log, rests }, grant),
    isResting: (agentId: string) => rests.isResting(agentId),
    /** Every turn stops at once and is given back to be gone on with. */
    stop: () => watch.stopAll(),
    async close() {
      clearInterval(sweeping);
      watch.close();
      await log.close();
    },
  };
}
