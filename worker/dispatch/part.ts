import { sql } from "drizzle-orm";
import { takeAnswered } from "#server/turns/service.ts";
import { openExecutor } from "../executor/executor.ts";
import type { Part } from "../part.ts";
import { startReaper } from "./reaper.ts";
import { startReviewSessions } from "./review-sessions.ts";
import { startTaskSessions } from "./task-sessions.ts";
import { startTurns } from "./turns.ts";

/** Gives work to the agents this worker drives (those of runtimes `model` and `acp`; others come over MCP), and frees what the dead hold. */
export const dispatch: Part = {
  name: "dispatch",
  async start({ runtime, secrets, log }) {
    const onError = (error: unknown) => log.error({ error }, "dispatch failed; it looks again in a moment");
    const executor = openExecutor({ runtime, secrets, log });
    const taskSessions = startTaskSessions(runtime, { log, rests: executor.rests });
    const reviewSessions = startReviewSessions(runtime, { log, rests: executor.rests });
    const turns = startTurns(runtime, {
      limit: runtime.config.turnsPerWorker,
      drivers: { model: executor.drive, acp: taskSessions.drive },
      isResting: executor.isResting,
      // Without any key that works there is no model to do it with: its tasks stay free for others.
      mayStart: sql`exists (select 1 from model_credentials c where c.org_id = a.org_id and c.user_id is null and c.status = 'working' and c.removed_at is null)`,
      takeWaiting: async (context, most) =>
        (await takeAnswered(context, most)).map((grant) => ({ grant, kind: "model" as const })),
      onError,
    });
    const reaper = startReaper(runtime, { onError });
    return async () => {
      reaper.stop();
      executor.stop();
      await reviewSessions.stop();
      await taskSessions.stop();
      await turns.stop();
      await executor.close();
    };
  },
};
