import { z } from "zod";
import { id } from "../ids.ts";
import { defineOperation } from "../operation.ts";
import { findReadyWorkspace } from "../workspaces/queries.ts";

// What the two routes that carry bytes ask first. They have no place in the router: what they answer is no JSON.
const input = z.strictObject({ workspaceId: id, path: z.string().max(1_000) });
const output = z.object({ workspace: z.object({ orgId: id, id, name: z.string() }) });

export const upload = defineOperation({
  name: "upload_workspace_file",
  summary: "Put a file into a working copy.",
  kind: "read",
  permission: "workspaces:use",
  input,
  output,
  run: async (context, { workspaceId }) => ({ workspace: await findReadyWorkspace(context, workspaceId) }),
});

export const download = defineOperation({
  name: "download_workspace_files",
  summary: "Take a file or folder of a working copy along.",
  kind: "read",
  permission: "task:read",
  input,
  output,
  run: async (context, { workspaceId }) => ({ workspace: await findReadyWorkspace(context, workspaceId) }),
});
