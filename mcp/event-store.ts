import { randomUUID } from "node:crypto";
import type { EventStore, JSONRPCMessage } from "@modelcontextprotocol/server";

const MOST_MESSAGES = 200;

/**
 * What a session of the older era was told lately, so that a client whose stream was cut gets the rest. In memory: the
 * session itself lives in this process and ends with it, so what outlived it would be of use to nobody. The oldest go
 * first; a client that comes back too late for them asks again.
 */
export function createEventStore(): EventStore {
  const kept = new Map<string, { stream: string; message: JSONRPCMessage }>();
  return {
    storeEvent(stream, message) {
      const id = randomUUID();
      kept.set(id, { stream, message });
      const [oldest] = kept.keys();
      if (kept.size > MOST_MESSAGES && oldest !== undefined) kept.delete(oldest);
      return Promise.resolve(id);
    },
    getStreamIdForEventId: (id) => Promise.resolve(kept.get(id)?.stream),
    async replayEventsAfter(lastId, { send }) {
      const stream = kept.get(lastId)?.stream ?? "";
      const ids = [...kept.keys()];
      for (const id of ids.slice(ids.indexOf(lastId) + 1)) {
        const event = kept.get(id);
        // An empty message only marks the beginning of a stream.
        if (event?.stream === stream && Object.keys(event.message).length > 0) await send(id, event.message);
      }
      return stream;
    },
  };
}
