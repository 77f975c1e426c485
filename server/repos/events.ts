import { z } from "zod";
import { mergeStrategies, repoSources } from "#db/enums.ts";
import { id, text, none } from "../events/shapes.ts";

export const repoEvents = {
  "repo.registered": z.object({
    name: text,
    slug: text,
    source: z.enum(repoSources),
    sourceUrl: text.nullable(),
    credentialId: id.nullable(),
    defaultBranch: text,
    gateCommand: text,
    gateTimeoutSeconds: z.int(),
    mergeStrategy: z.enum(mergeStrategies),
  }),
  "repo.updated": z
    .object({
      ...{ name: text, gateCommand: text, gateTimeoutSeconds: z.int(), mergeStrategy: z.enum(mergeStrategies) },
      ...{ setupScript: text, setupHosts: z.array(text), turnCheck: text, commitCheck: text },
    })
    .partial(),
  "repo.ready": z.object({ defaultBranch: text, headCommit: text.nullable() }),
  "repo.failed": z.object({ error: text }),
  "repo.retried": none,
  /** The source had commits of its own, which the default branch took over. */
  "repo.fetched": z.object({ headCommit: text, previous: text }),
  "repo.archived": none,
} as const;
