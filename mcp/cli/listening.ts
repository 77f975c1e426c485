import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Cli } from "./command.ts";
import { call } from "./connection.ts";
import { CliFailure, exits } from "./failure.ts";

export const message = z.looseObject({
  channel: z.string(),
  sender: z.string(),
  payload: z.unknown(),
  timestamp: z.string(),
  seq: z.int(),
});
export type Message = z.output<typeof message>;

const page = z.looseObject({
  messages: z.array(message),
  channels: z.array(z.looseObject({ channel: z.string(), since: z.int(), missed: z.int() })),
});

/** Waits this long before asking again while the server is away; with jitter, so that many do not come at once. */
const mostWaitMs = 10_000;

/**
 * Every message of some channels, from now on or after `since`, in order and once each: the cursor of the last answer goes
 * on where the connection was lost. Ends when it is told to stop.
 * @throws CliFailure when one may not listen (any more).
 */
export async function* listen(cli: Cli, names: readonly string[], since: number | undefined): AsyncGenerator<Message> {
  const { connection, signal, output } = cli;
  let channels: { channel: string; since?: number }[] = names.map((channel) => ({
    channel,
    ...(since !== undefined && { since }),
  }));
  for (let failures = 0; !signal.aborted; ) {
    try {
      // Until there is a cursor, a cut would lose what is said while it lasts: the place comes first, then the waiting.
      const timeoutSeconds = channels.some((channel) => channel.since === undefined) ? 0 : 50;
      const answer = await call(connection, "read_channel", { channels, timeoutSeconds }, page);
      failures = 0;
      for (const { channel, missed } of answer.channels)
        if (missed > 0) output.talk(`${missed} messages of ${channel} were not kept.`);
      yield* answer.messages;
      channels = answer.channels.map(({ channel, since: next }) => ({ channel, since: next }));
    } catch (error) {
      if (!(error instanceof CliFailure) || error.exit !== exits.retry) throw error;
      if (failures === 0) output.talk(`${error.message} Trying again …`);
      await delay(Math.min(mostWaitMs, 250 * 2 ** failures++) * (0.5 + Math.random() / 2), undefined, { signal });
    }
  }
}
