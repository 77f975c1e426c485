import { systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import { trimOutlived } from "#server/retention/service.ts";
import type { Part } from "./part.ts";
import { startRounds } from "./rounds.ts";

const EVERY_MILLISECONDS = 60 * 60 * 1000;

/** Removes operational rows that outlived their use, every hour, in batches that hold nobody up. */
export const trim: Part = {
  name: "trim",
  async start({ runtime, log, signal }) {
    const rounds = startRounds(log, async () => {
      for (let more = true; more && !signal.aborted; ) {
        const options = { requestId: `trim-${newId()}`, system: true };
        const batch = await inTransaction(runtime, systemActor("", "trim"), options, (context) =>
          trimOutlived(context),
        );
        if (batch.removed > 0) log.info({ removed: batch.removed }, "trimmed what outlived its use");
        more = batch.more;
      }
    });
    const timer = setInterval(rounds.ask, EVERY_MILLISECONDS);
    rounds.ask();
    return async () => {
      clearInterval(timer);
      await rounds.stop();
    };
  },
};
