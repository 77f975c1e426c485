import { z } from "zod";
import { workspaceSources, workspaceStatuses } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";
import { author, taskRef } from "../tasks/schema.ts";

const name = z.string().trim().min(1).max(100);
const setupScript = z
  .string()
  .max(20_000)
  .describe(
    "Run once with `sh` in the workspace, in a sandbox without network. Its caches are at /cache. Left out: that of the repository, which alone may reach the hosts named there.",
  );

/** A workspace, as every door shows it. */
export const workspace = z.object({
  id,
  teamId: id,
  name: z.string(),
  source: z.enum(workspaceSources),
  sourceUrl: z.string().nullable(),
  repo: z.object({ id, name: z.string() }).nullable().describe("Where its branches are pushed to."),
  task: z.object({ id, number: z.int(), title: z.string() }).nullable(),
  branch: z.string().describe("The branch it began on."),
  baseCommit: z.string().nullable().describe("Where the work began; null until it is there."),
  status: z.enum(workspaceStatuses),
  error: z.string().nullable(),
  step: z.string().nullable().describe("What is being done to make it."),
  disk: z.object({ bytes: z.int(), files: z.int(), measuredAt: isoTime }).nullable(),
  createdBy: author,
  createdAt: isoTime,
});
export type Workspace = z.output<typeof workspace>;

export const createWorkspaceInput = z.strictObject({
  teamId: id,
  name: name.optional().describe("Left out: that of the repository or task."),
  repoId: id
    .optional()
    .describe("A repository of the team. Or name `task`, `url`, `path` or `empty`: one of the five."),
  task: taskRef.optional().describe("The task whose repository and branch it is for. A task has one workspace."),
  url: z.string().trim().min(1).max(2_000).optional().describe("An https or ssh address to clone."),
  path: z.string().trim().min(1).max(2_000).optional().describe("Owners only: a repository on the server, copied."),
  empty: z.literal(true).optional().describe("Nothing in it yet, and nowhere to push to."),
  branch: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("The branch to work on: one that is there, or a new one from the default branch."),
  setupScript: setupScript.optional(),
});
export const workspaceInput = z.strictObject({ workspaceId: id });
export const renameWorkspaceInput = z.strictObject({ workspaceId: id, name });
export const removeWorkspaceInput = z.strictObject({ workspaceId: id });
export const listWorkspacesInput = z.strictObject({
  teamId: id.optional().describe("Left out: your own team."),
  limit: z.int().min(1).max(200).default(100),
});
export const workspaceResult = z.object({ workspace });
export const workspaceDetail = z.object({
  workspace: workspace.extend({
    setupScript: z.string(),
    setupOutput: z.string().nullable().describe("The end of what its set-up printed."),
  }),
});
export const workspaceList = z.object({ workspaces: z.array(workspace) });
export const removedWorkspace = z.object({ removed: z.literal(true) });
