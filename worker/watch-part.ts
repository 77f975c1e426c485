import { noteSilence } from "#server/agents/jobs.ts";
import { systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { handOnReviews } from "#server/reviews/jobs.ts";
import type { Part } from "./part.ts";
import { startRounds } from "./rounds.ts";

const EVERY_MILLISECONDS = 10_000;

/** Sees who is not heard of any more, and hands on what they were to judge. */
export const watch: Part = {
  name: "watch",
  async start({ runtime, log }) {
    const look = <Result>(work: Parameters<typeof inTransaction<Result>>[3]) =>
      inTransaction(runtime, systemActor("", "watch"), { requestId: `watch-${newId()}`, system: true }, work);
    const rounds = startRounds(log, async () => {
      await look(noteSilence);
      await look(handOnReviews);
    });
    const timer = setInterval(rounds.ask, EVERY_MILLISECONDS);
    rounds.ask();
    return async () => {
      clearInterval(timer);
      await rounds.stop();
    };
  },
};
