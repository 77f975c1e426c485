import { z } from "zod";
import { id, text, colleague } from "../events/shapes.ts";

export const messageEvents = {
  "message.sent": z.object({
    body: text,
    /** Whom it is for; null: everybody who reads the task's conversation. */
    recipient: colleague.nullable(),
    /** Whom it is for besides: those it mentions. */
    alsoTo: z.array(colleague).optional(),
    /** The message that began the thread it stands in. */
    threadId: id.optional(),
  }),
  /** How far a message got with one of those it is for. */
  "message.delivered": z.object({ recipientId: id }),
  "message.seen": z.object({ recipientId: id }),
  "message.processed": z.object({ recipientId: id }),
} as const;
