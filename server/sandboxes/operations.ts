import { sql } from "drizzle-orm";
import { defineOperation } from "../operation.ts";
import { listSandboxes, readCaches, readSandbox } from "./queries.ts";
import * as schema from "./schema.ts";
import { askForEnd, clearCache } from "./service.ts";

export const listSandboxesOperation = defineOperation({
  name: "list_sandboxes",
  summary: "List the sandboxes in which agents and terminals run: state, what each uses of its limits, and since when.",
  kind: "read",
  permission: "agents:manage",
  input: schema.listSandboxesInput,
  output: schema.sandboxList,
  run: listSandboxes,
});

export const getSandbox = defineOperation({
  name: "get_sandbox",
  summary: "Read one sandbox by the id of its session or workspace.",
  kind: "read",
  permission: "agents:manage",
  input: schema.sandboxInput,
  output: schema.sandboxResult,
  run: async (context, { sandboxId }) => ({ sandbox: await readSandbox(context, sandboxId) }),
});

export const stopSandbox = defineOperation({
  name: "stop_sandbox",
  summary:
    "End everything that runs in a sandbox. Its files stay; the session or terminal begins a new one when needed.",
  kind: "command",
  permission: "agents:manage",
  hints: { destructive: true, idempotent: true },
  input: schema.sandboxInput,
  output: schema.askedResult,
  run: async (context, { sandboxId }) => {
    await askForEnd(context, sandboxId, "stop");
    return { asked: "stop" as const };
  },
});

export const removeSandbox = defineOperation({
  name: "remove_sandbox",
  summary: "End a sandbox and forget it. Files of the workspace stay.",
  kind: "command",
  permission: "agents:manage",
  hints: { destructive: true },
  input: schema.sandboxInput,
  output: schema.askedResult,
  run: async (context, { sandboxId }) => {
    await askForEnd(context, sandboxId, "remove");
    return { asked: "remove" as const };
  },
});

export const listCaches = defineOperation({
  name: "list_caches",
  summary: "List what set-ups and sessions keep for the next (packages, compilers' results), by repository and tool.",
  kind: "read",
  permission: "task:read",
  input: schema.listCachesInput,
  output: schema.cacheList,
  run: async (context, { repoId }) => ({
    caches: await readCaches(context, repoId === undefined ? sql`true` : sql`c.repo_id = ${repoId}`),
  }),
});

export const clearCacheOperation = defineOperation({
  name: "clear_cache",
  summary: "Empty a repository's cache; what is needed again is fetched or made anew.",
  kind: "command",
  permission: "workspaces:use",
  hints: { destructive: true, idempotent: true },
  input: schema.clearCacheInput,
  output: schema.clearedCache,
  run: async (context, { cacheId }) => {
    await clearCache(context, cacheId);
    return { clearing: true as const };
  },
});
