import { z } from "zod";
import { id, isoTime } from "../ids.ts";
import { author, leaseRef, taskRef } from "../tasks/schema.ts";

export const worktreeInput = z.strictObject({ task: taskRef });
export const createWorktreeInput = z.strictObject({ task: taskRef, lease: leaseRef });
export const removeWorktreeInput = z.strictObject({
  task: taskRef,
  discardCommits: z
    .boolean()
    .default(false)
    .describe("Also when the branch has commits that were never merged. They are put aside on the server, not lost."),
  lease: leaseRef,
});

export const worktree = z.object({
  task: z.object({ id, number: z.int(), title: z.string() }),
  repo: z.object({ id, name: z.string() }),
  remote: z.string().describe("Where to fetch and push. The user name is your lease, the password your API key."),
  branch: z.string(),
  defaultBranch: z.string(),
  baseCommit: z.string().describe("Where the work begins."),
  commands: z
    .object({
      clone: z.string().describe("Once, where there is no clone of the repository yet."),
      checkOut: z.array(z.string()).describe("In the clone: a folder of its own for this task, on its branch."),
      update: z.array(z.string()).describe("In that folder: take in what others merged meanwhile."),
      push: z.string().describe("In that folder: hand over your commits."),
    })
    .describe("What to run on your machine; the server keeps no worktree."),
  head: z.string().nullable().describe("The branch's last commit on the server; null: nothing was pushed."),
  ahead: z.int().describe("Commits of its own, of those on the server."),
  behind: z.int().describe("Commits of the default branch that it does not have."),
  merged: z.boolean().describe("Its work is part of the default branch."),
  createdBy: author,
  createdAt: isoTime,
});
export type Worktree = z.output<typeof worktree>;
export const worktreeResult = z.object({ worktree });

export const removedWorktree = z.object({
  removed: z.boolean(),
  branchDeleted: z.boolean().describe("The branch had no commits of its own, or they were discarded."),
  discardedCommits: z.int(),
  commands: z.array(z.string()).describe("What to run in your clone, so that the folder is gone there too."),
});
