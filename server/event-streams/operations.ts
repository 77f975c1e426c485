import { defineOperation } from "../operation.ts";
import { ticket, ticketInput } from "./schema.ts";
import { createTicket } from "./tickets.ts";

export const createEventTicket = defineOperation({
  name: "create_event_ticket",
  summary:
    "Make a ticket that opens the stream of events (GET /api/events) once, within a minute, for clients that can send no header.",
  kind: "command",
  permission: "task:read",
  hints: { secret: true },
  input: ticketInput,
  output: ticket,
  run: createTicket,
});
