import { systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { findEnding, settlePlan } from "#server/plans/ending.ts";
import type { Part } from "../part.ts";
import { startRounds } from "../rounds.ts";

const EVERY_MILLISECONDS = 2_000;

/** Notices when a plan is completed, or can never be. */
export const plans: Part = {
  name: "plans",
  async start({ runtime, log }) {
    const rounds = startRounds(log, async () => {
      const options = { requestId: `plans-${newId()}` };
      const ending = await inTransaction(runtime, systemActor("", "plans"), { ...options, system: true }, findEnding);
      for (const { orgId, planId } of ending)
        await inTransaction(runtime, systemActor(orgId, "plans"), options, (context) => settlePlan(context, planId));
    });
    const off = runtime.wake.on("task_status_changed", rounds.ask);
    const timer = setInterval(rounds.ask, EVERY_MILLISECONDS);
    rounds.ask();
    return async () => {
      off();
      clearInterval(timer);
      await rounds.stop();
    };
  },
};
