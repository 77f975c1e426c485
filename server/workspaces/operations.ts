import type { Context } from "../context.ts";
import { defineOperation } from "../operation.ts";
import { listWorkspaces, readWorkspace } from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

const shown = async (context: Context, workspaceId: string) => ({
  workspace: await readWorkspace(context, workspaceId),
});

export const createWorkspace = defineOperation({
  name: "create_workspace",
  summary: "Make a working copy of a repository, a task's branch, a git address or (owners) a path of the server.",
  kind: "command",
  permission: "workspaces:use",
  input: schema.createWorkspaceInput,
  output: schema.workspaceResult,
  run: async (context, input) => shown(context, await service.createWorkspace(context, input)),
});

export const listWorkspacesOperation = defineOperation({
  name: "list_workspaces",
  summary: "List a team's working copies with source, branch, state and size on disk.",
  kind: "read",
  permission: "task:read",
  input: schema.listWorkspacesInput,
  output: schema.workspaceList,
  run: listWorkspaces,
});

export const getWorkspace = defineOperation({
  name: "get_workspace",
  summary: "Read one working copy: whether it is ready, what its set-up printed, its size.",
  kind: "read",
  permission: "task:read",
  input: schema.workspaceInput,
  output: schema.workspaceDetail,
  run: (context, { workspaceId }) => shown(context, workspaceId),
});

export const renameWorkspace = defineOperation({
  name: "rename_workspace",
  summary: "Give a working copy another name.",
  kind: "command",
  permission: "workspaces:use",
  hints: { idempotent: true },
  input: schema.renameWorkspaceInput,
  output: schema.workspaceResult,
  run: async (context, { workspaceId, name }) => {
    await service.renameWorkspace(context, workspaceId, name);
    return shown(context, workspaceId);
  },
});

export const retryWorkspace = defineOperation({
  name: "retry_workspace",
  summary: "Make a working copy again after that failed, or run its set-up once more. Its files stay.",
  kind: "command",
  permission: "workspaces:use",
  input: schema.workspaceInput,
  output: schema.workspaceResult,
  run: async (context, { workspaceId }) => {
    await service.retryWorkspace(context, workspaceId);
    return shown(context, workspaceId);
  },
});

export const removeWorkspace = defineOperation({
  name: "remove_workspace",
  summary: "Delete a working copy with everything in it that was not pushed.",
  kind: "command",
  permission: "workspaces:use",
  hints: { destructive: true },
  input: schema.removeWorkspaceInput,
  output: schema.removedWorkspace,
  run: async (context, { workspaceId }) => {
    await service.removeWorkspace(context, workspaceId);
    return { removed: true as const };
  },
});
