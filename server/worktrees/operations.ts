import { defineOperation } from "../operation.ts";
import { describePlace, placeOf } from "./queries.ts";
import * as schema from "./schema.ts";
import { createWorktree, deleteWithBranch, removeWorktree } from "./service.ts";

export const createWorktreeOperation = defineOperation({
  name: "create_worktree",
  summary: "Begin work on a task's branch: remote, base commit, and the exact git commands to check out and push.",
  kind: "git",
  permission: "task:write",
  hints: { idempotent: true },
  input: schema.createWorktreeInput,
  output: schema.worktreeResult,
  subject: ({ task }) => task,
  run: createWorktree,
  finish: (place) => describePlace(place),
});

export const getWorktree = defineOperation({
  name: "get_worktree",
  summary: "See how far a task's branch is on the server: its head, ahead and behind, whether it is merged.",
  kind: "git",
  permission: "task:read",
  input: schema.worktreeInput,
  output: schema.worktreeResult,
  run: (context, { task }) => placeOf(context, task),
  finish: (place) => describePlace(place),
});

export const removeWorktreeOperation = defineOperation({
  name: "remove_worktree",
  summary: "Forget a task's worktree; an empty branch goes with it. Commits that were never merged are not lost.",
  kind: "git",
  permission: "task:write",
  hints: { destructive: true },
  input: schema.removeWorktreeInput,
  output: schema.removedWorktree,
  subject: ({ task }) => task,
  run: removeWorktree,
  finish: (removal) => deleteWithBranch(removal),
});
