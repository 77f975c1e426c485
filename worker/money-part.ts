import { expireReservations } from "#server/budgets/freeing.ts";
import { systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { bookAbandonedCalls } from "#server/sessions/abandoned-calls.ts";
import type { Part } from "./part.ts";
import { startRounds } from "./rounds.ts";

const EVERY_MILLISECONDS = 1_000;

/** Frees money that the dead set aside, as soon as its time is over; what they had called for is booked. */
export const money: Part = {
  name: "money",
  async start({ runtime, log }) {
    const rounds = startRounds(log, async () => {
      const options = { requestId: `money-${newId()}`, system: true };
      const freed = await inTransaction(runtime, systemActor("", "money"), options, expireReservations);
      if (freed > 0) log.info({ freed }, "freed money that was set aside and not used");
      const booked = await bookAbandonedCalls(runtime);
      if (booked > 0) log.warn({ booked }, "booked calls of models whose process died, at the most they could cost");
    });
    const timer = setInterval(rounds.ask, EVERY_MILLISECONDS);
    return async () => {
      clearInterval(timer);
      await rounds.stop();
    };
  },
};
