import { z } from "zod";
import { keyScopes } from "#db/enums.ts";
import { id, text, at, none } from "../events/shapes.ts";

export const apiKeyEvents = {
  "api_key.created": z.object({
    name: text,
    hash: text,
    lastFour: text,
    scopes: z.array(z.enum(keyScopes)),
    agentId: id.nullable(),
    createdByUserId: id.nullable(),
    expiresAt: at.nullable(),
  }),
  "api_key.rotated": z.object({ replacedById: id, expiresAt: at }),
  "api_key.revoked": none,
  /** The same for tokens that were exchanged for this key. */
  "api_key.token_reused": z.object({ family: id }),
} as const;
