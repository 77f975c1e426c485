import { listDueSchedules, runSchedule } from "#server/schedules/running.ts";
import type { Part } from "../part.ts";
import { startRounds } from "../rounds.ts";

const everyMilliseconds = 1_000;

/** Makes tasks from templates when their time has come. */
export const schedules: Part = {
  name: "schedules",
  async start({ runtime, log, signal }) {
    const rounds = startRounds(log, async () => {
      for (const due of await listDueSchedules(runtime)) {
        if (signal.aborted) return;
        await runSchedule(runtime, due).catch((error: unknown) =>
          log.error({ error, scheduleId: due.scheduleId }, "a schedule failed by a fault of ours; it is tried again"),
        );
      }
    });
    const timer = setInterval(rounds.ask, everyMilliseconds);
    return async () => {
      clearInterval(timer);
      await rounds.stop();
    };
  },
};
