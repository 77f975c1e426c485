import { z } from "zod";
import { mergeStrategies, repoSources, repoStatuses } from "#db/enums.ts";
import { id, isoTime } from "../ids.ts";
import { smallestCalls } from "../smallest-call.ts";
import { taskRef } from "../tasks/schema.ts";
import { setupHost, setupHostsMost } from "./setup-hosts.ts";

const name = z.string().trim().min(1).max(100);
const gateCommand = z
  .string()
  .trim()
  .max(4_000)
  .describe("The command that must exit 0 before anything is merged, such as `npm test`. Empty: everything passes.");
const gateTimeoutSeconds = z.int().min(1).max(86_400).describe("A gate that runs longer has failed.");
/** Shell, run in the sandbox of whoever works: without network, in the working copy, its caches at /cache. */
const script = z.string().trim().max(20_000);
const setupScript = script.describe("Run once with `sh` in each new working copy, before anybody works in it.");
const setupHosts = z
  .array(setupHost)
  .max(
    setupHostsMost,
    `A set-up may reach at most ${setupHostsMost} hosts. *.example.org stands for all names below one.`,
  )
  .describe("Hosts the set-up may reach over https while it runs; nothing else ever does. Empty: none.");
const turnCheck = script.describe(
  "Run with `sh` after each turn of a coding agent that changed files. Where it fails, the agent is told and mends it.",
);
const commitCheck = script.describe(
  "Run with `sh` before each commit in a working copy; where it fails, nothing is committed.",
);
const mergeStrategy = z.enum(mergeStrategies).describe("How an approved branch becomes part of the default branch.");

/** A repository, as every door shows it. Its credential never leaves the server. */
export const repo = z.object({
  id,
  teamId: id,
  name: z.string(),
  slug: z.string(),
  source: z.enum(repoSources),
  sourceUrl: z.string().nullable().describe("Where merges are fetched from and pushed to; null when hosted here."),
  hasCredential: z.boolean(),
  defaultBranch: z.string(),
  gateCommand: z.string(),
  gateTimeoutSeconds: z.int(),
  mergeStrategy: z.enum(mergeStrategies),
  setupScript: z.string(),
  setupHosts: z.array(z.string()),
  turnCheck: z.string(),
  commitCheck: z.string(),
  status: z.enum(repoStatuses),
  error: z.string().nullable(),
  headCommit: z.string().nullable(),
  cloneUrl: z.string().describe("Clone and push here, with an API key as the password."),
  createdAt: isoTime,
  archivedAt: isoTime.nullable(),
});
export type Repo = z.output<typeof repo>;

export const registerRepoInput = z.strictObject({
  teamId: id,
  name,
  source: z
    .string()
    .trim()
    .min(1)
    .max(2_000)
    .default("hosted")
    .describe("`hosted` for a new one kept here, an https:// URL, or (owners only) the path of one on the server."),
  credential: z
    .strictObject({ username: z.string().max(200), password: z.string().min(1).max(10_000) })
    .optional()
    .describe("For a private URL: user name and token. Stored encrypted, never shown again."),
  gateCommand: gateCommand.default(""),
  gateTimeoutSeconds: gateTimeoutSeconds.default(900),
  mergeStrategy: mergeStrategy.default("merge"),
});
export const updateRepoInput = z.strictObject({
  repoId: id,
  name: name.optional(),
  gateCommand: gateCommand.optional(),
  gateTimeoutSeconds: gateTimeoutSeconds.optional(),
  mergeStrategy: mergeStrategy.optional(),
  setupScript: setupScript.optional(),
  setupHosts: setupHosts.optional(),
  turnCheck: turnCheck.optional(),
  commitCheck: commitCheck.optional(),
});
export const repoInput = z.strictObject({ repoId: id });
export const listReposInput = z.strictObject({
  teamId: id.optional().describe("Left out: your own team."),
  archived: z.boolean().default(false),
});
export const repoResult = z.object({ repo });
export const repoList = z.object({ repos: z.array(repo) });

const commit = z.string().nullable();

export const taskDiffInput = z.strictObject({
  task: taskRef,
  paths: z.array(z.string().min(1).max(4_096)).max(100).optional().describe("Only these files or folders."),
  contextLines: z.int().min(0).max(50).default(3).describe("Unchanged lines around each change."),
});
export const taskDiff = z.object({
  base: commit.describe("Where the branch left the default branch."),
  head: commit.describe("The newest pushed commit; null when nothing was pushed."),
  diff: z.string(),
  truncated: z.boolean().describe("True: the diff is longer. Ask for single paths."),
});

export const taskCommitsInput = z.strictObject({ task: taskRef, limit: z.int().min(1).max(1_000).default(100) });
export const changedFiles = z.object({
  base: commit,
  head: commit,
  files: z.array(
    z.object({
      path: z.string(),
      status: z.enum(["added", "modified", "deleted", "renamed", "type_changed"]),
      previousPath: z.string().nullable(),
      additions: z.int().nullable().describe("Lines; null for binary files."),
      deletions: z.int().nullable(),
    }),
  ),
});
export const changedFilesInput = z.strictObject({ task: taskRef });
export const commitList = z.object({
  base: commit,
  head: commit,
  commits: z.array(
    z.object({
      id: z.string(),
      authorName: z.string(),
      authoredAt: z.string(),
      subject: z.string(),
      body: z.string(),
    }),
  ),
});

export const readFileInput = z.strictObject({
  task: taskRef.optional().describe("Read from this task's branch."),
  repoId: id.optional().describe("Or from a repository; needed when no task is named."),
  path: z.string().min(1).max(4_096).describe("Relative to the top of the repository."),
  revision: z.string().min(1).max(200).optional().describe("A branch or a full commit id."),
});
smallestCalls.add(readFileInput, { call: { task: "12", path: "README.md" } });
export const fileResult = z.object({
  path: z.string(),
  commit: z.string(),
  bytes: z.int(),
  binary: z.boolean().describe("True: the file is not text and its content is not shown."),
  truncated: z.boolean(),
  text: z.string().nullable(),
});
