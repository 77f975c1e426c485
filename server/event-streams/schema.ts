import { z } from "zod";
import { id, isoTime } from "../ids.ts";

/** How long a ticket waits to be used. */
export const ticketSeconds = 60;

export const ticketInput = z.strictObject({
  teamId: id.optional().describe("Only what concerns this team, and what concerns all."),
});
export const ticket = z.object({
  ticket: z.string().describe("Opens one stream. Shown once."),
  url: z.string().describe("GET it within a minute; `since` and `types` may be added."),
  expiresAt: isoTime,
});

/** A place in the log as text: numbers a reader may hold, without signs and exponents. */
const place = z
  .string()
  .regex(/^(0|[1-9]\d{0,14})$/, "is the number of an event: 0 for all, or the `seq` (or id) of the last one you have")
  .transform(Number);

export const streamQuery = z.strictObject({
  team: id.optional().describe("Only what concerns this team, and what concerns all."),
  since: place.optional().describe("Only events after this number; without it, from now on."),
  types: z
    .string()
    .max(2_000)
    .transform((text) => text.split(","))
    .pipe(z.array(z.string().max(60)).min(1).max(40))
    .optional()
    .describe("Only these types, separated by commas: task.created, or task.* for all of a noun."),
  org: z.string().max(100).optional().describe("The organization of a signed-in person: slug or id."),
  ticket: z.string().max(100).optional().describe("A ticket of create_event_ticket, instead of a header or cookie."),
});
export type StreamQuery = z.output<typeof streamQuery>;

export const lastEventId = place;

/** What a reader is told who must read everything again. */
export interface ResetEvent {
  head: number;
  /** `unknown_position`: the number is beyond the log, as after a restored backup. */
  reason: "too_far_behind" | "unknown_position";
}

/** Why a stream ended that the reader did not end. */
export interface EndEvent {
  reason: "access_ended" | "restarting" | "failed";
  message: string;
}
