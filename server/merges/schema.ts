import { z } from "zod";
import { mergeStatuses, mergeStrategies } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";
import { mergeJob, status, taskRef } from "../tasks/schema.ts";

export const mergeInput = z.strictObject({ task: taskRef });

export const mergeState = z.object({
  taskStatus: status,
  position: z.int().nullable().describe("How many merges of the repository come first; null when it does not wait."),
  job: mergeJob.nullable().describe("The latest attempt to merge, with its gate."),
});

export const listMergesInput = z.strictObject({
  teamId: id,
  status: z.array(z.enum(mergeStatuses)).max(6).optional().describe("Left out: all, those that wait included."),
  before: id.optional().describe("Continue below this job."),
  limit: z.int().min(1).max(200).default(50),
});
export const listedMerge = z.object({
  id,
  task: z.object({ id, number: z.int(), title: z.string(), status }),
  repo: z.object({ id, name: z.string() }),
  commit: z.string(),
  strategy: z.enum(mergeStrategies),
  status: z.enum(mergeStatuses),
  mergeCommit: z.string().nullable(),
  reason: z.string().nullable(),
  createdAt: isoTime,
  startedAt: isoTime.nullable(),
  finishedAt: isoTime.nullable(),
});
export const mergePage = z.object({ merges: z.array(listedMerge), next: id.nullable() });
