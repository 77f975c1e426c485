import { z } from "zod";
import { complexities, leaseEnds, priorities, rigors, taskStatuses, taskTypes, webhookProviders } from "#db/enums.ts";
import { id, text, none, colleague } from "../events/shapes.ts";

const assignee = colleague.nullable();

/** What whoever does a task is told besides its text, and what it is expected to take. */
const taskBrief = {
  complexity: z.enum(complexities),
  acceptanceCriteria: z.array(text),
  touches: z.array(text),
  estimateMinutes: z.int().nullable(),
  estimateTokens: z.int().nullable(),
  estimateCostMicros: z.int().nullable(),
  modelTier: text.nullable(),
  allowedTools: z.array(text).nullable(),
};

export const taskEvents = {
  "task.created": z.object({
    number: z.int(),
    title: text,
    description: text,
    type: z.enum(taskTypes),
    priority: z.enum(priorities),
    repoId: id.nullable(),
    assignee,
    tags: z.array(text),
    branch: text,
    dependsOn: z.array(id),
    /** How many of those were not done at that moment. */
    openDependencies: z.int(),
    /** Where a webhook brought it from; its text was written there, by whoever could. */
    origin: z.object({ provider: z.enum(webhookProviders), url: text.nullable(), externalId: text }).optional(),
    tainted: z.boolean().optional(),
    /** The plan it was approved with, and its name there. */
    plan: z.object({ id, key: text, rigor: z.enum(rigors) }).optional(),
    ...z.object(taskBrief).partial().shape,
  }),
  "task.updated": z
    .object({
      title: text,
      description: text,
      type: z.enum(taskTypes),
      priority: z.enum(priorities),
      tags: z.array(text),
      repoId: id.nullable(),
      ...taskBrief,
    })
    .partial(),
  /** What it brought forth besides commits; the newest counts. */
  "task.output_stored": z.object({ output: text }),
  /** Something it needs went down (or is up again: empty), as the monitor saw it. The rows themselves are operational. */
  "task.waits_changed": z.object({ waits: z.array(z.object({ resource: text, reason: text })) }),
  "task.assigned": z.object({ assignee }),
  "task.dependency_added": z.object({ dependsOnId: id, open: z.boolean() }),
  "task.dependency_removed": z.object({ dependsOnId: id, open: z.boolean() }),
  "task.claimed": z.object({
    lease: id,
    agentId: id.nullable(),
    userId: id.nullable(),
    slot: z.int().nullable(),
    fence: z.int(),
  }),
  "task.status_changed": z.object({
    from: z.enum(taskStatuses),
    to: z.enum(taskStatuses),
    reason: text.optional(),
    /** The lease that ended with it: `in_progress` means exactly that one is live. */
    lease: z.object({ id, end: z.enum(leaseEnds) }).optional(),
    rework: z.boolean().optional(),
  }),
  "task.pushed": z.object({ commit: text, previous: text.nullable() }),
  "task.archived": none,
} as const;
