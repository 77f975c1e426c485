import { channelsNamed } from "#server/channels/delivery.ts";
import { pushPrefix } from "#server/channels/push-name.ts";
import { keepHeard, tick } from "#server/channels/timers.ts";
import { type Context, type Runtime, systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { newId } from "#server/ids.ts";
import type { PushClient } from "#server/realtime/pusher.ts";

export interface TimerOptions {
  push: Pick<PushClient, "occupied">;
  onError: (error: unknown) => void;
}

const askHostMs = 30_000;

/**
 * Lets the timers tick at every full second, for organizations where somebody may hear them. Every worker does so; each
 * tick is published by one of them. Who listens on the realtime host is asked for twice a minute.
 */
export function startTimers(runtime: Runtime, { push, onError }: TimerOptions) {
  let askedAt = Date.now();
  let busy: Promise<void> | undefined;
  let timer = setTimeout(beat, untilNextSecond());
  const inAll = <Result>(work: (context: Context) => Promise<Result>) =>
    inTransaction(runtime, systemActor("", "timers"), { requestId: `timers-${newId()}`, system: true }, work);

  function beat(): void {
    timer = setTimeout(beat, untilNextSecond());
    // A look that takes longer than a second is followed by one for the newest tick, not by all that were missed.
    busy ??= look()
      .catch(onError)
      .finally(() => {
        busy = undefined;
      });
  }

  async function look(): Promise<void> {
    if (Date.now() - askedAt > askHostMs) {
      askedAt = Date.now();
      const occupied = channelsNamed(await push.occupied(pushPrefix));
      await inAll((context) => keepHeard(context, occupied));
    }
    await inAll((context) => tick(context, new Date()));
  }

  return {
    async stop(): Promise<void> {
      clearTimeout(timer);
      await busy;
    },
  };
}

/** A few milliseconds past it, so that the clock has surely turned. */
const untilNextSecond = () => 1_002 - (Date.now() % 1_000);
