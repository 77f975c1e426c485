import { setTimeout as delay } from "node:timers/promises";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { z } from "zod";
import type { Cli } from "./command.ts";
import { isPassing, refusalOf, send, unreachable } from "./connection.ts";
import { CliFailure, exits } from "./failure.ts";

export const event = z.looseObject({
  seq: z.int(),
  type: z.string(),
  taskNumber: z.int().nullable(),
  actor: z.looseObject({ name: z.string() }),
  occurredAt: z.string(),
});
export type LogEvent = z.output<typeof event>;

export interface Following {
  teamId: string | undefined;
  since: number | undefined;
  types: readonly string[];
}

const ended = z.looseObject({ reason: z.string(), message: z.string() });
const reset = z.looseObject({ head: z.int() });
const mostWaitMs = 10_000;

/**
 * Every event of the log from now on or after a number, in order and once each: where the connection was lost it goes on
 * from the last id.
 * @throws CliFailure when one may not read (any more), or came too late to go event by event.
 */
export async function* follow(cli: Cli, asked: Following): AsyncGenerator<LogEvent> {
  let since = asked.since;
  for (let failures = 0; !cli.signal.aborted; ) {
    const response = await open(cli, { ...asked, since });
    if (response?.ok && response.body) {
      failures = 0;
      for await (const { id, event: name, data } of messagesOf(response.body)) {
        if (id !== undefined) since = Number(id);
        if (name === "reset")
          cli.output.talk(
            `What happened up to ${reset.parse(JSON.parse(data)).head} is too much to tell: read it with list_events.`,
          );
        else if (name === "end") refuseEnded(data);
        else if (data !== "") yield event.parse(JSON.parse(data));
      }
    } else if (response && !isPassing(response) && response.status !== 429) throw await refusalOf(response);
    if (cli.signal.aborted) return;
    if (failures === 0 && !response) cli.output.talk(`${unreachable(cli.connection).message} Trying again …`);
    // With jitter: many that lost the same server do not come back in the same moment.
    await delay(Math.min(mostWaitMs, 250 * 2 ** failures++) * (0.5 + Math.random() / 2), undefined, {
      signal: cli.signal,
    });
  }
}

function open({ connection }: Cli, { teamId, since, types }: Following): Promise<Response | undefined> {
  if (!connection.token)
    throw new CliFailure(exits.auth, "You are not logged in. Run `entourage login`, or set ENTOURAGE_TOKEN.");
  const query = new URLSearchParams({
    ...(teamId && { team: teamId }),
    ...(since !== undefined && { since: String(since) }),
    ...(types.length > 0 && { types: types.join(",") }),
  });
  const headers = {
    authorization: `Bearer ${connection.token}`,
    ...(connection.organization && { "x-entourage-org": connection.organization }),
  };
  return send(`${connection.server}/api/events?${query}`, { headers }, connection);
}

/** The blocks of a stream until it ends, however it ends. A block without data only moves the id. */
async function* messagesOf(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<Pick<EventSourceMessage, "id" | "event" | "data">> {
  const waiting: Pick<EventSourceMessage, "id" | "event" | "data">[] = [];
  const parser = createParser({
    onEvent: (message) => void waiting.push(message),
    // The parser tells blocks without data by their id alone.
    onId: (id) => void waiting.push({ id, event: undefined, data: "" }),
  });
  try {
    const decoder = new TextDecoder();
    for await (const bytes of body) {
      parser.feed(decoder.decode(bytes, { stream: true }));
      yield* waiting.splice(0);
    }
  } catch (error) {
    // A connection that broke is as one that ended; the next one goes on from the last id.
    if (!(error instanceof TypeError)) throw error;
  }
}

function refuseEnded(data: string): void {
  const { reason, message } = ended.parse(JSON.parse(data));
  if (reason === "access_ended") throw new CliFailure(exits.auth, message);
}
