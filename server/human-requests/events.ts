import { z } from "zod";
import { requestKinds } from "#db/enums.ts";
import { id, text, at, none } from "../events/shapes.ts";

export const humanRequestEvents = {
  "request.opened": z.object({
    kind: z.enum(requestKinds),
    title: text,
    detail: text,
    /** JSON schema of the answer. */
    schema: z.unknown(),
    options: z.unknown(),
    action: z.object({ name: text, input: z.unknown() }).nullable(),
    actionHash: text.nullable(),
    data: z.unknown(),
    blocksTask: z.boolean(),
    sessionId: id.nullable(),
    questionHash: text,
    expiresAt: at.nullable(),
    escalateAt: at.nullable(),
  }),
  "request.resolved": z.object({
    answer: z.unknown(),
    /** The standing permission that answered it. */
    policyId: id.nullable(),
  }),
  "request.expired": z.object({ reason: text }),
  "request.withdrawn": z.object({ reason: text }),
  "request.escalated": none,
  /** An approval was used. */
  "request.consumed": z.object({ actionHash: text }),
  "policy.created": z.object({
    repoId: id.nullable(),
    action: text,
    requestId: id.nullable(),
    expiresAt: at.nullable(),
  }),
  "policy.revoked": none,
} as const;
