import { join } from "node:path";
import type { Runtime } from "#server/context.ts";
import { createLogger } from "#server/log.ts";
import { openBoxes } from "#server/sandbox/open-boxes.ts";
import { createProcessBoxes } from "#server/sandbox/process-boxes.ts";
import { openRests } from "../../executor/rests.ts";
import { startSessions } from "../../sessions/sessions.ts";
import { startMaking } from "../../workspaces/make.ts";
import { startReaper } from "../reaper.ts";
import { startReviewSessions } from "../review-sessions.ts";
import { startTaskSessions } from "../task-sessions.ts";
import { startTurns } from "../turns.ts";

/** What a worker does for coding agents: gives them tasks, makes their files, drives their sessions, frees what the dead hold. */
export function startCrew(
  runtime: Runtime,
  {
    web,
    agents = {},
  }: { web: string /** Where the programs of agents are, by kind. */; agents?: Record<string, string> },
) {
  const log = createLogger("test");
  const onError = (error: unknown) => log.error({ error }, "dispatch failed");
  // In a sandbox where there is one; elsewhere the same without walls.
  const boxes = openBoxes(runtime.settings).catch(() => createProcessBoxes(join(runtime.settings.dataDir, "boxes")));
  const rests = openRests();
  const stopping = new AbortController();
  const making = startMaking(runtime, { log, signal: stopping.signal });
  const sessions = startSessions({
    runtime,
    log,
    web,
    openBoxes: () => boxes,
    installedAt: (kind) => agents[kind] ?? "/nowhere",
  });
  const taskSessions = startTaskSessions(runtime, { log, rests });
  const reviewSessions = startReviewSessions(runtime, { log, rests });
  const turns = startTurns(runtime, {
    ...{ limit: 8, drivers: { acp: taskSessions.drive }, isResting: rests.isResting, onError },
  });
  const reaper = startReaper(runtime, { onError, everyMs: 250 });
  return {
    async stop() {
      reaper.stop();
      await reviewSessions.stop();
      await taskSessions.stop();
      await turns.stop();
      stopping.abort();
      await making.stop();
      await sessions.stop();
    },
  };
}
