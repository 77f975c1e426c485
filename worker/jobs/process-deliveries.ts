import { type Runtime, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { asAppError } from "#server/failure.ts";
import { newId } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import { AppError } from "#server/errors.ts";
import { type DueDelivery, listDue, postponeDelivery, processDelivery } from "#server/webhooks/jobs.ts";
import { startRounds } from "../rounds.ts";

const atOnce = 4;
const batch = 200;

/**
 * Works off what came in through webhooks. The row is the job: it says `received` until its effect and its result are
 * committed together, so a worker that dies leaves it to the next, and a copy finds it done.
 */
export function startDeliveries(runtime: Runtime, { log }: { log: Logger }): { stop(): Promise<void> } {
  let stopped = false;
  const rounds = startRounds(log, async () => {
    for (let more = true; more && !stopped; ) {
      const due = await inTransaction(
        runtime,
        systemActor("", "webhook"),
        { requestId: newId(), system: true },
        (context) => listDue(context, batch),
      );
      more = due.length === batch;
      const waiting = due.values();
      const work = async () => {
        for (const delivery of waiting) if (!stopped) await processOne(runtime, delivery, log);
      };
      await Promise.all(Array.from({ length: atOnce }, work));
    }
  });
  const off = runtime.wake.on("delivery_received", () => rounds.ask());
  rounds.ask();
  return {
    async stop() {
      off();
      stopped = true;
      await rounds.stop();
    },
  };
}

async function processOne(
  runtime: Runtime,
  { orgId, id, requestId }: DueDelivery,
  log: Pick<Logger, "error">,
): Promise<void> {
  const actor = systemActor(orgId, "webhook");
  const options = { requestId };
  try {
    await inTransaction(runtime, actor, options, (context) => processDelivery(context, id));
  } catch (thrown) {
    // A database that is away is tried again; a character it cannot keep is the sender's.
    const error = asAppError(thrown) ?? thrown;
    if (!(error instanceof AppError)) log.error({ error, orgId, deliveryId: id }, "a delivery was not processed");
    await inTransaction(runtime, actor, options, (context) => postponeDelivery(context, id, error));
  }
}
