import { z } from "zod";
import { sandboxEndings, sandboxProviders, sandboxStatuses } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";

const named = z.object({ id, name: z.string() });

const sandbox = z.object({
  id: id.describe("That of the session or workspace it was made for."),
  session: named.extend({ teamId: id }).nullable(),
  workspace: named.nullable(),
  provider: z.enum(sandboxProviders),
  host: z.string().describe("The machine it is on."),
  status: z.enum(sandboxStatuses),
  reason: z.string().nullable().describe("Why it ended unasked."),
  usage: z
    .object({ memoryBytes: z.int(), processes: z.int(), cpuSeconds: z.number() })
    .nullable()
    .describe("Of all programs in it; null where it does not run or nobody counts."),
  limits: z.object({ memoryMb: z.int(), cpus: z.number(), processes: z.int(), diskMb: z.int() }),
  asked: z.enum(sandboxEndings).nullable().describe("What its worker was asked for and has not done yet."),
  since: isoTime,
  seenAt: isoTime.describe("When its worker saw it last, usually seconds ago."),
});
export type Sandbox = z.output<typeof sandbox>;

/** What sandboxes are made of here. */
const provider = z.object({
  name: z.enum(sandboxProviders),
  isolated: z.boolean().describe("False where code of agents can see and change what the server can."),
  detail: z.string(),
  warning: z.string().nullable(),
});

export const listSandboxesInput = z.strictObject({});
export const sandboxList = z.object({
  provider: provider.nullable().describe("Null: there is none, or nobody has looked yet."),
  trouble: z.string().nullable().describe("Why no sandbox can be made, and what to install."),
  sandboxes: z.array(sandbox),
});
export const sandboxInput = z.strictObject({ sandboxId: id });
export const sandboxResult = z.object({ sandbox });
export const askedResult = z.object({ asked: z.enum(sandboxEndings) });

const cache = z.object({
  id: id.describe("Of the repository, or of the team where files come from elsewhere."),
  repo: named.nullable(),
  team: named,
  bytes: z.int(),
  files: z.int(),
  tools: z.record(z.string(), z.int()).describe("Bytes by tool: npm, pip …"),
  measuredAt: isoTime,
  isClearing: z.boolean(),
});
export type Cache = z.output<typeof cache>;

export const listCachesInput = z.strictObject({
  repoId: id.optional().describe("Only that of one repository."),
});
export const cacheList = z.object({ caches: z.array(cache) });
export const clearCacheInput = z.strictObject({ cacheId: id.describe("As list_caches names it.") });
export const clearedCache = z.object({ clearing: z.literal(true) });
