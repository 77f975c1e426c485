import { z } from "zod";
import { reportKinds } from "#db/enums.ts";
import { id, text, none } from "../events/shapes.ts";

export const reportEvents = {
  /** A file that a session or task leaves. The subject is the report. */
  "report.saved": z.object({
    name: text,
    kind: z.enum(reportKinds),
    size: z.int(),
    sha256: text,
    sessionId: id.nullable(),
    isShared: z.boolean(),
  }),
  "report.shared": z.object({ isShared: z.boolean() }),
  "report.removed": none,
} as const;
