import { z } from "zod";
import { id, text } from "../events/shapes.ts";

/** Whose channel it is and what follows `agent.<handle>.` in its name; its id follows from them. */
const channel = { ownerId: id, path: text };

export const channelEvents = {
  /** The subject is who got it; what they were called before stays theirs. */
  "handle.given": z.object({ handle: text, kind: z.enum(["agent", "user"]) }),
  "channel.locked": z.object(channel),
  "channel.unlocked": z.object(channel),
  "channel.granted": z.object({ ...channel, granteeId: id }),
  "channel.revoked": z.object({ ...channel, granteeId: id }),
  "channel.advertised": z.object({ ...channel, description: text, schema: z.record(text, z.unknown()).nullable() }),
  "channel.advert_withdrawn": z.object(channel),
  "channel.history_changed": z.object({ ...channel, count: z.int().nullable(), seconds: z.int().nullable() }),
} as const;
