import { z } from "zod";
import { agentRoles, agentRuntimes, agentStatuses } from "#db/enums.ts";
import { text, at, paused, resumed } from "../events/shapes.ts";

export const agentEvents = {
  "agent.created": z.object({
    name: text,
    role: z.enum(agentRoles),
    runtime: z.enum(agentRuntimes),
    isDefault: z.boolean(),
    isDemonstration: z.boolean().optional(),
    slots: z.int(),
    leaseSeconds: z.int().nullable(),
    model: text.nullable().optional(),
    agentKind: text.nullable().optional(),
    mode: text.nullable().optional(),
  }),
  "agent.updated": z
    .object({
      name: text,
      role: z.enum(agentRoles),
      slots: z.int(),
      leaseSeconds: z.int().nullable(),
      model: text.nullable(),
      agentKind: text.nullable(),
      mode: text.nullable(),
      status: z.enum(agentStatuses),
    })
    .partial(),
  "agent.paused": paused,
  "agent.resumed": resumed,
  "agent.went_silent": z.object({ lastSeenAt: at }),
  "agent.returned": z.object({ silentSeconds: z.int() }),
} as const;
