import type { Context } from "../context.ts";
import { defineOperation } from "../operation.ts";
import { findReadyWorkspace, readChecks } from "../workspaces/queries.ts";
import * as changing from "./changing.ts";
import { fetchInto, planFetch } from "./fetching.ts";
import { planPush, push } from "./pushing.ts";
import * as reading from "./reading.ts";
import * as schema from "./schema.ts";

const find = (context: Context, { workspaceId }: { workspaceId: string }) => findReadyWorkspace(context, workspaceId);

export const workspaceGitStatus = defineOperation({
  name: "workspace_git_status",
  summary: "See what is checked out in a working copy and which files changed.",
  kind: "git",
  permission: "task:read",
  input: schema.gitInput,
  output: schema.gitStatus,
  run: find,
  finish: (row, _, { runtime }) => reading.readStatus(runtime.settings, row),
});

export const workspaceDiffOperation = defineOperation({
  name: "workspace_diff",
  summary: "Read what changed in a working copy: uncommitted, staged, or since the work began.",
  kind: "git",
  permission: "task:read",
  input: schema.workspaceDiffInput,
  output: schema.workspaceDiff,
  run: find,
  finish: (row, input, { runtime }) => reading.readDiff(runtime.settings, row, input),
});

export const stageWorkspaceFiles = defineOperation({
  name: "stage_workspace_files",
  summary: "Add changes of a working copy to its next commit.",
  kind: "git",
  permission: "workspaces:use",
  hints: { idempotent: true },
  input: schema.stageInput,
  output: schema.gitStatus,
  run: find,
  finish: async (row, { paths }, { runtime }) => {
    await changing.stage(runtime.settings, row, paths);
    return reading.readStatus(runtime.settings, row);
  },
});

export const unstageWorkspaceFiles = defineOperation({
  name: "unstage_workspace_files",
  summary: "Take changes of a working copy out of its next commit; the files stay as they are.",
  kind: "git",
  permission: "workspaces:use",
  hints: { idempotent: true },
  input: schema.stageInput,
  output: schema.gitStatus,
  run: find,
  finish: async (row, { paths }, { runtime }) => {
    await changing.unstage(runtime.settings, row, paths);
    return reading.readStatus(runtime.settings, row);
  },
});

export const commitWorkspace = defineOperation({
  name: "commit_workspace",
  summary: "Commit what is staged in a working copy, or all that changed, in your name.",
  kind: "git",
  permission: "workspaces:use",
  input: schema.commitInput,
  output: schema.commitResult,
  run: async (context, input) => {
    const row = await find(context, input);
    return { row, ...(await readChecks(context, row.id)) };
  },
  finish: ({ row, commitCheck }, input, { runtime, actor }) =>
    changing.commit(runtime.settings, row, { ...input, commitCheck }, actor),
});

export const listWorkspaceBranches = defineOperation({
  name: "list_workspace_branches",
  summary: "List the branches of a working copy, newest first.",
  kind: "git",
  permission: "task:read",
  input: schema.gitInput,
  output: schema.branchList,
  run: find,
  finish: (row, _, { runtime }) => reading.readBranches(runtime.settings, row),
});

export const checkoutWorkspaceBranch = defineOperation({
  name: "checkout_workspace_branch",
  summary: "Check out a branch in a working copy, or begin a new one.",
  kind: "git",
  permission: "workspaces:use",
  input: schema.checkoutInput,
  output: schema.commitResult,
  run: find,
  finish: (row, input, { runtime }) => changing.checkOut(runtime.settings, row, input),
});

export const workspaceLog = defineOperation({
  name: "workspace_log",
  summary: "List the commits of a working copy, newest first.",
  kind: "git",
  permission: "task:read",
  input: schema.logInput,
  output: schema.commitLog,
  run: find,
  finish: (row, input, { runtime }) => reading.readLog(runtime.settings, row, input),
});

export const pushWorkspace = defineOperation({
  name: "push_workspace",
  summary: "Bring the commits of a working copy to the server, onto the branch of a task that you hold.",
  kind: "git",
  permission: "workspaces:use",
  input: schema.pushInput,
  output: schema.pushResult,
  run: planPush,
  finish: (planned, _, context) => push(planned, context),
});

export const workspaceFetch = defineOperation({
  name: "workspace_fetch",
  summary: "Tell a working copy what the server's branches are now (origin/…). What is checked out stays as it is.",
  kind: "git",
  permission: "workspaces:use",
  hints: { idempotent: true },
  input: schema.gitInput,
  output: schema.fetchResult,
  run: planFetch,
  finish: (planned, _, { runtime }) => fetchInto(planned, runtime.settings),
});
