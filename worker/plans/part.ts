import { type Runtime, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { findEnding, settlePlan } from "#server/plans/ending.ts";
import type { Part } from "../part.ts";
import { startRounds } from "../rounds.ts";
import { writePlans } from "./writer.ts";

const EVERY_MILLISECONDS = 2_000;

/** Has plans written by the planning model, and notices when one is completed, or can never be. */
export const plans: Part = {
  name: "plans",
  async start({ runtime, log, signal }) {
    const writing = startRounds(log, () => writePlans(runtime, { log, signal }));
    const rounds = startRounds(log, () => settleEnded(runtime));
    const ask = () => {
      rounds.ask();
      writing.ask();
    };
    const off = runtime.wake.on("task_status_changed", ask);
    const timer = setInterval(ask, EVERY_MILLISECONDS);
    ask();
    return async () => {
      off();
      clearInterval(timer);
      await rounds.stop();
      await writing.stop();
    };
  },
};

/** One round: every plan whose work is over says so. */
export async function settleEnded(runtime: Runtime): Promise<void> {
  const options = { requestId: `plans-${newId()}` };
  const ending = await inTransaction(runtime, systemActor("", "plans"), { ...options, system: true }, findEnding);
  for (const { orgId, planId } of ending)
    await inTransaction(runtime, systemActor(orgId, "plans"), options, (context) => settlePlan(context, planId));
}
