import { z } from "zod";
import { mergeStrategies } from "#db/enums.ts";
import { id, text, none } from "../events/shapes.ts";

export const mergeEvents = {
  "merge.queued": z.object({ repoId: id, commit: text, strategy: z.enum(mergeStrategies) }),
  "merge.started": none,
  "merge.requeued": z.object({ reason: text }),
  "merge.landed": z.object({ mergeCommit: text, gateRunId: id.nullable() }),
  "merge.failed": z.object({
    status: z.enum(["failed", "conflicted", "cancelled"]),
    reason: text,
    gateRunId: id.nullable(),
  }),
  "gate.finished": z.object({
    repoId: id,
    tree: text,
    command: text,
    sandbox: text,
    passed: z.boolean(),
    exitCode: z.int().nullable(),
    outcome: text,
    durationMs: z.int(),
  }),
} as const;
