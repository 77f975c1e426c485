import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { FeedEvent } from "../../events/schema.ts";

/** A client of the event stream, as `EventSource` is one: what it was told, and the id it would come back with. */
export interface StreamReader {
  response: Response;
  events: FeedEvent[];
  /** Named events: `reset` and `end`. */
  said: EventSourceMessage[];
  comments: number;
  retry: number | undefined;
  lastId: string;
  /** Resolves when the server ended it. */
  over: Promise<void>;
  isOver(): boolean;
  close(): void;
}

export async function readStream(url: string, headers: Record<string, string> = {}): Promise<StreamReader> {
  const hangUp = new AbortController();
  const response = await fetch(url, { headers, signal: hangUp.signal });
  let isOver = false;
  const reader: StreamReader = {
    ...{ response, events: [], said: [], comments: 0, retry: undefined, lastId: "", over: Promise.resolve() },
    isOver: () => isOver,
    close: () => hangUp.abort(),
  };
  if (!response.ok || !response.body) return reader;
  const parser = createParser({
    onEvent: (message) => {
      if (message.event) reader.said.push(message);
      else reader.events.push(JSON.parse(message.data));
    },
    onComment: () => {
      reader.comments += 1;
    },
    onRetry: (milliseconds) => {
      reader.retry = milliseconds;
    },
  });
  const text = response.body.pipeThrough(new TextDecoderStream());
  reader.over = (async () => {
    try {
      for await (const chunk of text) {
        // The id moves with every block, with data or without; the parser tells only of the former.
        for (const [, id] of chunk.matchAll(/^id: (\d+)$/gm)) reader.lastId = id ?? "";
        parser.feed(chunk);
      }
    } catch {
      // Cut, by either side.
    }
    isOver = true;
  })();
  return reader;
}
