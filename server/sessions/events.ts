import { z } from "zod";
import { sessionStatuses } from "#db/enums.ts";
import { id, text, at } from "../events/shapes.ts";

export const sessionEvents = {
  "session.started": z.object({
    agentId: id.nullable(),
    userId: id.nullable(),
    name: text,
    model: text.nullable(),
    /** Its task's plan, or the one that is being written. */
    planId: id.nullable().optional(),
  }),
  "session.ended": z.object({ reason: text.nullable() }),
  /** One in which we drive an agent: it begins by making its sandbox. */
  "session.created": z.object({
    agentId: id.nullable(),
    userId: id.nullable(),
    planId: id.nullable(),
    name: text,
    agentKind: text,
    model: text.nullable(),
    mode: text.nullable(),
    workspaceId: id.nullable(),
    parentId: id.nullable(),
  }),
  "session.moved": z.object({
    from: z.enum(sessionStatuses),
    to: z.enum(sessionStatuses),
    reason: text.nullable(),
    /** With a move to `running`: the turn that begins. */
    turn: z.int().optional(),
  }),
  "session.renamed": z.object({ name: text }),
  "session.changed": z
    .object({
      model: text.nullable(),
      mode: text.nullable(),
      workspaceId: id.nullable(),
      sandboxId: id.nullable(),
      externalId: text.nullable(),
    })
    .partial(),
  "usage.recorded": z.object({
    sessionId: id,
    agentId: id.nullable(),
    userId: id.nullable(),
    planId: id.nullable().optional(),
    provider: text,
    model: text,
    inputTokens: z.int(),
    outputTokens: z.int(),
    cacheReadTokens: z.int(),
    cacheWriteTokens: z.int(),
    costMicros: z.int(),
    uncoveredMicros: z.int(),
    key: text.nullable(),
    bookedAt: at,
    /** Paid with the person's own key: of the budgets only the session's counts it. */
    ownKey: z.boolean().optional(),
    /** Whoever made the call died: booked at the most it could cost. */
    estimated: z.boolean().optional(),
  }),
} as const;
