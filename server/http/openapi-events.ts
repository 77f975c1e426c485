import { z } from "zod";
import { streamQuery } from "../event-streams/schema.ts";
import { event } from "../events/schema.ts";

/** The stream of events stands beside the operations: it is read as it comes. */
export function describeEventStream(address: string) {
  const { properties = {} } = z.toJSONSchema(streamQuery, { io: "input" });
  const inQuery = Object.entries(properties).map(([name, schema]) => ({ name, in: "query", required: false, schema }));
  const { $schema: _, ...told } = z.toJSONSchema(event);
  return {
    "/api/events": {
      servers: [{ url: address }],
      get: {
        operationId: "stream_events",
        summary: "Hear what happens as server-sent events, from now on or after a number, without a gap.",
        description:
          "Each block has the event's number as `id` and the event of list_events as `data`; `Last-Event-ID` goes on from there. `reset` says that the reader is too far behind and has to read the state; `end` why the server closed. Sign in by header, cookie or a ticket of create_event_ticket.",
        security: [{ apiKey: [] }, {}],
        parameters: [...inQuery, lastEventId],
        responses: {
          200: { description: "The stream.", content: { "text/event-stream": { schema: told } } },
          default: {
            description: "Refused; the message says what is possible now.",
            content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
          },
        },
      },
    },
  };
}

const lastEventId = {
  name: "Last-Event-ID",
  in: "header",
  required: false,
  schema: { type: "string" },
  description: "The `id` of the last block that arrived; counts more than `since`.",
};
