import { z } from "zod";
import { id, text, none, colleague, paused, resumed } from "../events/shapes.ts";

export const teamEvents = {
  "team.created": z.object({ name: text, maxConcurrent: z.int(), autoMerge: z.boolean() }),
  "team.updated": z
    .object({
      name: text,
      maxConcurrent: z.int(),
      autoMerge: z.boolean(),
      personApprovals: z.int(),
      agentApprovals: z.int(),
      reviewRules: z.array(z.object({ paths: z.array(text), reviewers: z.array(colleague) })),
      branchPrefix: text,
      workingHours: z
        .object({
          timeZone: text,
          hours: z.array(z.object({ day: z.int(), from: text, to: text })),
          criticalAnytime: z.boolean(),
        })
        .nullable(),
      defaultLeaseSeconds: z.int().nullable(),
      defaultSlots: z.int(),
      reviewLimit: z.int().nullable(),
      silentMinutes: z.int(),
      defaultAgentKind: text,
      conventions: text,
    })
    .partial(),
  "team.paused": paused,
  "team.resumed": resumed,
  "team.archived": none,
  "team.member_added": z.object({ userId: id }),
  "team.member_removed": z.object({ userId: id }),
} as const;
