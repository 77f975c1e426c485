import { expireReservations } from "#server/budgets/freeing.ts";
import { systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import type { Part } from "./part.ts";
import { startRounds } from "./rounds.ts";

const EVERY_MILLISECONDS = 1_000;

/** Frees money that the dead set aside, as soon as its time is over. */
export const money: Part = {
  name: "money",
  async start({ runtime, log }) {
    const rounds = startRounds(log, async () => {
      const options = { requestId: `money-${newId()}`, system: true };
      const freed = await inTransaction(runtime, systemActor("", "money"), options, expireReservations);
      if (freed > 0) log.info({ freed }, "freed money that was set aside and not used");
    });
    const timer = setInterval(rounds.ask, EVERY_MILLISECONDS);
    return async () => {
      clearInterval(timer);
      await rounds.stop();
    };
  },
};
