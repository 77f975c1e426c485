import { z } from "zod";
import { id } from "../ids.ts";
import { taskRef } from "../tasks/schema.ts";

const changes = ["added", "modified", "deleted", "renamed", "type_changed"] as const;
export type Change = (typeof changes)[number];
const change = z.enum(changes).nullable();
const path = z.string().min(1).max(4_096);
const branchName = z.string().min(1).max(200);
const commitId = z.string().nullable();

export const gitInput = z.strictObject({ workspaceId: id });

export const gitStatus = z.object({
  branch: z.string().nullable().describe("Null: a commit is checked out, no branch."),
  head: commitId,
  files: z.array(
    z.object({
      path: z.string(),
      previousPath: z.string().nullable().describe("Where a renamed file was."),
      staged: change.describe("What the next commit will hold of it."),
      unstaged: change.describe("What it will not, yet. A new file is added."),
      isConflicted: z.boolean(),
    }),
  ),
  truncated: z.boolean(),
});
export type GitStatus = z.output<typeof gitStatus>;

const diffKinds = ["uncommitted", "unstaged", "staged", "base"] as const;
export const workspaceDiffInput = z.strictObject({
  workspaceId: id,
  of: z
    .enum(diffKinds)
    .default("uncommitted")
    .describe("uncommitted: since the last commit, new files too. base: since the work began."),
  paths: z.array(path).max(200).default([]).describe("Only these files or folders. Empty: all."),
  contextLines: z.int().min(0).max(50).default(3).describe("Unchanged lines around each change."),
});
export const workspaceDiff = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      status: z.enum(changes),
      previousPath: z.string().nullable(),
      additions: z.int().nullable().describe("Lines; null for binary files."),
      deletions: z.int().nullable(),
    }),
  ),
  diff: z.string().describe("Unified."),
  truncated: z.boolean().describe("The diff is longer: ask for single paths."),
});
export type WorkspaceDiff = z.output<typeof workspaceDiff>;

export const stageInput = z.strictObject({
  workspaceId: id,
  paths: z.array(path).max(1_000).default([]).describe("Files or folders. Empty: all that changed."),
});
export const commitInput = z.strictObject({
  workspaceId: id,
  message: z.string().trim().min(1).max(10_000).describe("A line of what a reader gains, then why."),
  all: z.boolean().default(false).describe("Stage all that changed first."),
});
export const commitResult = z.object({ commit: z.string(), branch: z.string().nullable(), output: z.string() });

export const branchList = z.object({
  branches: z.array(
    z.object({
      name: z.string(),
      isRemote: z.boolean().describe("As the server had it when the workspace last heard of it."),
      isCurrent: z.boolean(),
      commit: z.string(),
      committedAt: z.string(),
      subject: z.string(),
    }),
  ),
});
export type BranchList = z.output<typeof branchList>;
export const checkoutInput = z.strictObject({
  workspaceId: id,
  branch: branchName,
  create: z.boolean().default(false).describe("A new one, from what is checked out."),
});

export const logInput = z.strictObject({
  workspaceId: id,
  branch: branchName.optional().describe("Left out: what is checked out."),
  limit: z.int().min(1).max(500).default(50),
});
export const commitLog = z.object({
  commits: z.array(
    z.object({
      id: z.string(),
      parents: z.array(z.string()),
      authorName: z.string(),
      authoredAt: z.string(),
      subject: z.string(),
      body: z.string(),
    }),
  ),
});
export type CommitLog = z.output<typeof commitLog>;

export const pushInput = z.strictObject({
  workspaceId: id,
  task: taskRef
    .optional()
    .describe("The task you hold, whose branch takes the commits. Left out: the workspace's own."),
});
export const pushResult = z.object({
  branch: z.string(),
  commit: z.string(),
  previous: z.string().nullable(),
  outcome: z.enum(["pushed", "up_to_date"]),
});

export const fetchResult = z.object({
  updated: z.array(z.object({ branch: z.string(), commit: z.string(), previous: z.string().nullable() })),
  removed: z.array(z.string()).describe("Branches that the server has no more."),
});
