import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { defineOperation, type FinishContext } from "../operation.ts";
import { workspacePath } from "../workspaces/place.ts";
import { findReadyWorkspace, type WorkspaceRow } from "../workspaces/queries.ts";
import { runInWorkspace } from "../workspaces/running.ts";
import { listFiles, readFile } from "./reading.ts";
import * as schema from "./schema.ts";
import { searchFiles } from "./searching.ts";
import { createFolder, renameFile, requireThere, writeFile } from "./writing.ts";

const find = (context: Context, { workspaceId }: { workspaceId: string }) => findReadyWorkspace(context, workspaceId);
const filesOf = ({ runtime }: FinishContext, { orgId, id }: WorkspaceRow) => workspacePath(runtime.settings, orgId, id);

export const listWorkspaceFiles = defineOperation({
  name: "list_workspace_files",
  summary: "List what lies in a folder of a working copy: names, kinds, sizes.",
  kind: "git",
  permission: "task:read",
  input: schema.listFilesInput,
  output: schema.fileList,
  run: find,
  finish: (row, input, context) => listFiles(filesOf(context, row), input),
});

export const searchWorkspaceFiles = defineOperation({
  name: "search_workspace_files",
  summary: "Look for files of a working copy by name, or for lines in them.",
  kind: "git",
  permission: "task:read",
  input: schema.searchFilesInput,
  output: schema.searchResult,
  run: find,
  finish: (row, input, { runtime }) => searchFiles(runtime.settings, row, input),
});

export const readWorkspaceFile = defineOperation({
  name: "read_workspace_file",
  summary: "Read a file of a working copy as it is now: text, an image, or how large it is.",
  kind: "git",
  permission: "task:read",
  input: schema.readFileInput,
  output: schema.fileContent,
  run: find,
  finish: (row, { path }, context) => readFile(filesOf(context, row), path),
});

export const writeWorkspaceFile = defineOperation({
  name: "write_workspace_file",
  summary: "Write a text file of a working copy, over just the version that was read.",
  kind: "git",
  permission: "workspaces:use",
  input: schema.writeFileInput,
  output: schema.writtenFile,
  run: find,
  finish: (row, input, context) => writeFile(filesOf(context, row), input),
});

export const createWorkspaceFolder = defineOperation({
  name: "create_workspace_folder",
  summary: "Make a folder in a working copy, with those above it.",
  kind: "git",
  permission: "workspaces:use",
  hints: { idempotent: true },
  input: schema.createFolderInput,
  output: schema.createdFolder,
  run: find,
  finish: (row, { path }, context) => createFolder(filesOf(context, row), path),
});

export const renameWorkspaceFile = defineOperation({
  name: "rename_workspace_file",
  summary: "Move a file or folder of a working copy to a path that nothing has yet.",
  kind: "git",
  permission: "workspaces:use",
  input: schema.renameFileInput,
  output: schema.renamedFile,
  run: find,
  finish: (row, { path, newPath }, context) => renameFile(filesOf(context, row), path, newPath),
});

export const deleteWorkspaceFile = defineOperation({
  name: "delete_workspace_file",
  summary: "Delete a file of a working copy, or a folder with all in it.",
  kind: "git",
  permission: "workspaces:use",
  hints: { destructive: true },
  input: schema.deleteFileInput,
  output: schema.deletedFile,
  run: find,
  finish: async (row, { path }, context) => {
    const target = `./${await requireThere(filesOf(context, row), path)}`;
    // In a sandbox: a folder that is swapped for a link while it is emptied leads nowhere else.
    const result = await runInWorkspace(context.runtime.settings, row, {
      ...{ command: ["rm", "-rf", "--", target], timeoutSeconds: 120, outputLimitBytes: 4_000 },
    });
    if (result.exitCode === 0) return { deleted: true as const };
    throw new AppError("conflict", `${path} could not be deleted: ${result.output.trim().slice(-300)}`);
  },
});
