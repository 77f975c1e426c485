import { z } from "zod";
import { workspaceSources } from "#db/enums.ts";
import { id, text, none } from "../events/shapes.ts";

export const workspaceEvents = {
  "workspace.created": z.object({
    name: text,
    source: z.enum(workspaceSources),
    sourceUrl: text.nullable(),
    repoId: id.nullable(),
    branch: text,
    setupScript: text,
  }),
  /** The clone is there and what was to be set up is. `baseCommit` is where the work began. */
  "workspace.ready": z.object({ baseCommit: text.nullable() }),
  "workspace.failed": z.object({ error: text }),
  /** It is made again, or set up again; what is in its files stays. */
  "workspace.retried": none,
  "workspace.renamed": z.object({ name: text }),
  "workspace.removed": none,
} as const;
