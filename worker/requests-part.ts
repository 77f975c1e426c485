import { systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { escalateRequests, expireRequests } from "#server/human-requests/timing.ts";
import { newId } from "#server/ids.ts";
import type { Part } from "./part.ts";
import { startRounds } from "./rounds.ts";

const EVERY_MILLISECONDS = 1_000;

/** Ends questions whose time is over and raises those nobody answers. Any number of workers may do it at once. */
export const requests: Part = {
  name: "requests",
  async start({ runtime, log }) {
    const rounds = startRounds(log, async () => {
      const options = { requestId: `requests-${newId()}`, system: true };
      await inTransaction(runtime, systemActor("", "inbox"), options, expireRequests);
      await inTransaction(runtime, systemActor("", "inbox"), options, escalateRequests);
    });
    const timer = setInterval(rounds.ask, EVERY_MILLISECONDS);
    return async () => {
      clearInterval(timer);
      await rounds.stop();
    };
  },
};
